// Positions of unit length in front of policies: the formula in double, the range, what has no fold, errors.
#include <cnnpool/cnnpool.hpp>

#include <cmath>
#include <limits>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../random.hpp"

using namespace cnnpool;

namespace {

constexpr shape extents{2, 21, 7, 9};

std::vector<float> random_map(std::uint64_t stream, double factor = 1) {
  testing::random_numbers r(stream);
  std::vector<float> v(static_cast<std::size_t>(checked_size(extents, "test")));
  for (float& x : v) x = static_cast<float>(factor * r.uniform(-1, 1));
  return v;
}
/// GeM of the normalised positions.
double expected(const feature_view<float>& x, index_t n, index_t c, double p, double eps) {
  double sum = 0;
  for (index_t i = 0; i < extents.positions(); ++i) {
    double square = 0;
    for (index_t k = 0; k < extents.c; ++k) square += std::pow(double(x(n, k, i / extents.w, i % extents.w)), 2);
    const double u = double(x(n, c, i / extents.w, i % extents.w)) / std::max(std::sqrt(square), 1e-12);
    sum += std::pow(std::max(u, eps), p);
  }
  return std::pow(sum / double(extents.positions()), 1 / p);
}
bool same(const descriptors<float>& a, const descriptors<float>& b) {
  return std::equal(a.values().begin(), a.values().end(), b.values().begin(), b.values().end());
}

}  // namespace

TEST_CASE("GeM of unit positions, where its powers leave the range of a float too") {
  const std::vector<float> v = random_map(1);
  for (const strides& layout : {nchw(extents), nhwc(extents)}) {
    const feature_view<float> x(v.data(), extents, layout);
    for (const double p : {1., 2.7, 3., 40., 120.}) {
      const auto d = pool(x, unit_positions{} | gem{.p = p, .eps = 0});
      for (index_t n = 0; n < extents.n; ++n)
        for (index_t c = 0; c < extents.c; ++c)
          CHECK(double(d(n, c)) == Approx(expected(x, n, c, p, 0)).epsilon(4e-6));
    }
    const std::vector<float> exponents(21, 2.7f);
    const auto one = pool(x, unit_positions{} | gem{.p = double(2.7f)}),
               each = pool(x, unit_positions{} | gem_per_channel{exponents});
    for (std::size_t i = 0; i < one.values().size(); ++i)
      CHECK(double(each.values()[i]) == Approx(double(one.values()[i])).epsilon(2e-6));
  }
}

TEST_CASE("unit positions do not depend on the scale, and are what other policies read too") {
  const std::vector<float> v = random_map(2), large = random_map(2, 0x1p40);
  const feature_view<float> x(v.data(), extents, nhwc), y(large.data(), extents, nhwc);
  CHECK(same(pool(x, unit_positions{} | gem{}), pool(y, unit_positions{} | gem{})));
  const auto near = [&](const auto& a, const auto& b) {
    REQUIRE(a.values().size() == b.values().size());
    for (std::size_t i = 0; i < a.values().size(); ++i)
      CHECK(double(a.values()[i]) == Approx(double(b.values()[i])).margin(2e-6));
  };
  near(pool(x, unit_positions{} | average{}), pool(x, each_position(l2{}) | average{}));
  near(pool(x, unit_positions{} | concat(average{}, cnnpool::max())),
       pool(x, concat(unit_positions{} | average{}, unit_positions{} | cnnpool::max())));
  near(pool(x, unit_positions{} | rmac{}), pool(x, each_position(l2{}) | rmac{}));
  near(pool_regions(x, unit_positions{} | cnnpool::max(), rmac_grid{}),
       pool_regions(x, each_position(l2{}) | cnnpool::max(), rmac_grid{}));
  near(pool(x, relu{} | unit_positions{} | average{}), pool(x, relu{} | (unit_positions{} | average{})));
  const codebook words(std::vector<float>(v.begin(), v.begin() + 3 * 21), 3);
  near(pool(x, unit_positions{} | vlad(words)), pool(x, vlad(words, {.input_l2 = true})));
}

TEST_CASE("positions of zeros stay zero, NaN stays at its position") {
  std::vector<float> v = random_map(3);
  for (index_t c = 0; c < 21; ++c) v[static_cast<std::size_t>(c)] = 0;
  const feature_view<float> x(v.data(), extents, nhwc);
  for (const float f : pool(x, unit_positions{} | gem{}).values()) CHECK(std::isfinite(f));
  v[21] = std::numeric_limits<float>::quiet_NaN();
  const auto d = pool(x, unit_positions{} | average{});
  for (index_t c = 0; c < 21; ++c) {
    CHECK(std::isnan(d(0, c)));
    CHECK(std::isfinite(d(1, c)));
  }
}

TEST_CASE("unit positions: any batch, number of threads and view type") {
  const std::vector<float> v = random_map(4);
  const feature_view<float> x(v.data(), extents, nhwc);
  const auto policy = unit_positions{} | gem{.p = 2.7} | l2{};
  const auto all = pool(x, policy);
  for (index_t n = 0; n < 2; ++n) {
    const auto one = pool(x.images(n, 1), policy);
    CHECK(std::equal(one.values().begin(), one.values().end(), all.row(n).begin()));
  }
  CHECK(same(all, pool(any_feature_view(x), policy)));
  CHECK(same(all, pool(cpu{.threads = 1}, x, policy)));
}

TEST_CASE("each position through a stage") {
  const std::vector<float> v = random_map(5), w = {1, 2, 3, -1, 0, 1};
  const shape s{1, 3, 2, 2};
  const feature_view<float> x(v.data(), s, nchw);
  const linear<float> layer(w, {0.5f, -1});
  const auto d = pool(x, each_position(layer) | cnnpool::max());
  for (index_t j = 0; j < 2; ++j) {
    double largest = -1e9;
    for (index_t p = 0; p < 4; ++p) {
      double y = double(layer.biases()(0, j));
      for (index_t c = 0; c < 3; ++c)
        y += double(w[static_cast<std::size_t>(j * 3 + c)]) * double(x(0, c, p / 2, p % 2));
      largest = std::max(largest, y);
    }
    CHECK(double(d(0, j)) == Approx(largest).margin(1e-6));
  }
  CHECK(pool(x, each_position(layer) | spoc{}).cols() == 2);
  const std::string name = detail::name_of(each_position(layer) | cnnpool::max());
  CHECK(name == "each_position(linear) | max");
  CHECK(sentence([&] { pool(feature_view<float>(v.data(), {1, 4, 2, 2}, nchw), each_position(layer) | sum{}); }) ==
        "linear: the layer takes 3 components, it is given 4");
  CHECK(detail::name_of(unit_positions{} | gem{}) == "unit_positions | gem");
}
