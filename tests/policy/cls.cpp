// Tokens through pool: every policy reads the patches as it reads a map, cls{} the class token, in one call.
#include <cnnpool/all.hpp>

#include <cstring>
#include <vector>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../random.hpp"

using namespace cnnpool;

namespace {

constexpr index_t n = 3, d = 37, h = 4, w = 5, registers = 2, tokens = 1 + registers + h * w;

std::vector<float> random_tokens() {
  testing::random_numbers r(11);
  std::vector<float> v(static_cast<std::size_t>(n * tokens * d));
  for (float& x : v) x = static_cast<float>(r.uniform(-1, 1));
  return v;
}
const std::vector<float>& memory() {
  static const std::vector<float> v = random_tokens();
  return v;
}
token_view<float> view(index_t rows = h, index_t columns = w) {
  return {memory().data(), {.n = n, .tokens = tokens, .d = d}, {.registers = registers, .h = rows, .w = columns}};
}
/// The patches, or the class tokens, in memory of their own.
std::vector<float> copied(index_t first, index_t count) {
  std::vector<float> out;
  for (index_t i = 0; i < n; ++i) {
    const float* const from = memory().data() + (i * tokens + first) * d;
    out.insert(out.end(), from, from + count * d);
  }
  return out;
}
template <class A>
bool same_bits(const descriptors<A>& a, const descriptors<A>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), a.values().size_bytes()) == 0;
}
template <class P>
void same_as_a_map(const P& policy) {
  const std::vector<float> patches = copied(1 + registers, h * w);
  const feature_view<float> map(patches.data(), {n, d, h, w}, nhwc);
  INFO(detail::name_of(policy));
  for (const int threads : {1, 3}) CHECK(same_bits(pool(cpu{.threads = threads}, view(), policy), pool(map, policy)));
  CHECK(same_bits(pool(reference{}, view(), policy), pool(reference{}, map, policy)));
}

}  // namespace

TEST_CASE("a policy reads the patches as a map of their own") {
  same_as_a_map(sum{});
  same_as_a_map(gem{.p = 2.7} | l2{});
  same_as_a_map(spoc{});
  same_as_a_map(crow{} | l2{});
  same_as_a_map(rmac{});
  same_as_a_map(crow_spatial_weights{});
  same_as_a_map(relu{} | concat(cnnpool::max(), average{}));
  same_as_a_map(regional(cnnpool::max() | l2{}, rmac_grid{}));
  const codebook words(std::vector<float>(memory().begin(), memory().begin() + 5 * d), 5);
  same_as_a_map(vlad(words, {.cosine = true, .input_l2 = true, .intra = true}));
  const std::vector<float> patches = copied(1 + registers, h * w);
  CHECK(same_bits(pool_regions(view(), cnnpool::max(), rmac_grid{}),
                  pool_regions(feature_view<float>(patches.data(), {n, d, h, w}, nhwc), cnnpool::max(), rmac_grid{})));
}
TEST_CASE("cls is the class token, alone, in a chain and beside every policy") {
  const auto alone = pool(view(), cls{});
  const std::vector<float> expected = copied(0, 1);
  REQUIRE(alone.cols() == d);
  CHECK(std::memcmp(alone.data(), expected.data(), expected.size() * sizeof(float)) == 0);
  const auto rectified = pool(view(), relu{} | cls{});
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(rectified.data()[i] == (expected[i] > 0 ? expected[i] : 0.f));

  const auto all = pool(view(), concat(gem{.p = 4} | l2{}, cls{}, rmac{}, average{}, cls{} | l2{}, nonzero{}));
  const descriptors<float> parts[] = {pool(view(), gem{.p = 4} | l2{}), alone,  pool(view(), rmac{}),
                                      pool(view(), average{}), pool(view(), cls{} | l2{}), pool(view(), nonzero{})};
  REQUIRE(all.cols() == 6 * d);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < 6 * d; ++j) CHECK(all(i, j) == Approx(parts[j / d](i, j % d)).epsilon(1e-6));
  const auto regions = pool_regions(view(), concat(cls{}, average{}, cnnpool::max()), rmac_grid{.levels = 1});
  const auto single = pool_regions(view(), average{}, rmac_grid{.levels = 1});
  for (index_t r = 0; r < regions.rows(); ++r)
    for (index_t j = 0; j < d; ++j) {
      CHECK(regions(r, j) == alone(r / (regions.rows() / n), j));
      CHECK(regions(r, d + j) == single(r, j));
    }
}
TEST_CASE("CLS + GeM of signed tokens, by hand") {
  const auto all = pool(view(), concat(cls{}, gem{.p = 4}) | l2{});
  for (index_t i = 0; i < n; ++i) {
    std::vector<double> v;
    double norm = 0;
    const float* const first = memory().data() + i * tokens * d;
    for (index_t c = 0; c < d; ++c) v.push_back(static_cast<double>(first[c]));
    for (index_t c = 0; c < d; ++c) {
      double total = 0;
      for (index_t p = 0; p < h * w; ++p) {
        const float x = first[(1 + registers + p) * d + c];
        total += std::pow(std::max(static_cast<double>(x), 1e-6), 4);
      }
      v.push_back(std::pow(total / static_cast<double>(h * w), .25));
    }
    for (const double x : v) norm += x * x;
    for (index_t j = 0; j < 2 * d; ++j)
      CHECK(static_cast<double>(all(i, j)) == Approx(v[static_cast<std::size_t>(j)] / std::sqrt(norm)).margin(1e-6));
  }
}
TEST_CASE("tokens of other types, of a type known at run time, from an adapter, in lists") {
  std::vector<float16> half;
  std::vector<float> rounded;
  for (const float x : memory()) half.push_back(to_float16(x)), rounded.push_back(to_float(half.back()));
  const token_shape s{.n = n, .tokens = tokens, .d = d};
  const token_layout layout{.registers = registers, .h = h, .w = w};
  const auto policy = concat(cls{}, gem{.p = 4}, average{}) | l2{};
  const auto expected = pool(token_view<float>(rounded.data(), s, layout), policy);
  CHECK(same_bits(pool(token_view<float16>(half.data(), s, layout), policy), expected));
  const feature_view<float16> flat(half.data(), {.n = n, .c = d, .w = tokens}, nhwc);
  const auto known_later = as_tokens(any_feature_view(flat), layout);
  static_assert(std::is_same_v<decltype(known_later), const any_token_view>);
  CHECK(same_bits(pool(known_later, policy), expected));
  CHECK(same_bits(pool(as_tokens(flat, layout), policy), expected));
  CHECK(workspace_bytes(cpu{}, known_later, policy) > 0);

  const std::vector<token_view<float>> list{view().images(0, 2), view().images(2, 1)};
  CHECK(same_bits(pool(list, policy), pool(view(), policy)));
  const std::vector<any_token_view> of_any{known_later, known_later};
  CHECK(pool(of_any, policy).rows() == 2 * n);
}
TEST_CASE("a NaN in the class token or a register reaches no other component") {
  std::vector<float> broken = memory();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  broken[0] = nan;      // class token, component 0
  broken[d + 1] = nan;  // a register
  const token_view<float> t(broken.data(), {.n = n, .tokens = tokens, .d = d},
                            {.registers = registers, .h = h, .w = w});
  const auto policy = concat(cls{}, cnnpool::max(), average{});
  const auto was = pool(view(), policy), is = pool(t, policy);
  CHECK(std::isnan(is(0, 0)));
  for (index_t i = 0; i < n; ++i)
    for (index_t j = i == 0 ? 1 : 0; j < 3 * d; ++j) CHECK(is(i, j) == was(i, j));
}
TEST_CASE("who reads the grid says so, and who does not needs none") {
  const auto t = view(0, 0);
  CHECK(same_bits(pool(t, gem{.p = 4} | l2{}), pool(view(), gem{.p = 4} | l2{})));
  CHECK(same_bits(pool(t, concat(cls{}, crow{})), pool(view(), concat(cls{}, crow{}))));
  CHECK(same_bits(pool(t, spoc{.centre_prior = false}), pool(view(), sum{})));
  const std::string reads = " reads the grid of patches, and these tokens have none: say h and w in token_layout";
  CHECK(sentence([&] { pool(t, spoc{}); }) == "pool: spoc" + reads);
  CHECK(sentence([&] { pool(t, relu{} | concat(cls{}, rmac{} | l2{})); }) ==
        "pool: relu | concat(cls, rmac | l2)" + reads);
  CHECK(sentence([&] { pool(t, regional(cnnpool::max(), rmac_grid{})); }) == "pool: regional(max)" + reads);
  CHECK(sentence([&] { pool(t, crow_spatial_weights{}); }) == "pool: crow_spatial_weights" + reads);
  CHECK(sentence([&] { workspace_bytes(cpu{}, t, rmac{}); }) == "pool: rmac" + reads);
  CHECK(sentence([&] { pool_regions(t, sum{}, rmac_grid{}); }) == "pool_regions" + reads);
  CHECK(sentence([&] { pool(std::vector{view(), t}, rmac{}); }) == "pool: view 1 of the list: rmac" + reads);
}
TEST_CASE("tokens without a class token, without patches, without images") {
  const token_view<float> siglip(memory().data(), {.n = 1, .tokens = 6, .d = d}, {.cls = false});
  descriptors<float> out(1, 2 * d);
  out(0, 0) = 5;
  workspace memory_of;
  CHECK(sentence([&] { pool_into(siglip, concat(average{}, cls{}), out, memory_of); }) ==
        "token_view: these tokens have no class token");
  CHECK(out(0, 0) == 5);
  CHECK(sentence([&] { pool(token_view<float>(memory().data(), {.n = 2, .tokens = 1, .d = d}, {}), sum{}); }) ==
        "pool: shape 2 x 37 x 1 x 0 has no positions, expected h and w of at least 1");
  CHECK(pool(view().images(0, 0), concat(cls{}, sum{})).rows() == 0);
}
