// Heads of visual place recognition against results that NumPy computed (scripts/make_heads_golden.py), and their
// pieces on every layout and count.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/cls.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/policy/salad_head.hpp>
#include <cnnpool/policy/signed_gem.hpp>
#include <cnnpool/policy/unit_positions.hpp>
#include <cnnpool/policy/vlad.hpp>
#include <cnnpool/policy/windows.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "../../golden/numbers.hpp"
#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace of_heads {

constexpr index_t d = 24, h = 5, w = 7, images = 2;

/// Tokens adjacent, or components.
std::vector<float> golden_tokens(bool adjacent) {
  const std::vector<float> memory = golden_numbers(images * (1 + h * w) * d, 21);
  if (adjacent) return memory;
  std::vector<float> turned = memory;
  constexpr index_t count = 1 + h * w;
  for (index_t n = 0; n < images; ++n)
    for (index_t t = 0; t < count; ++t)
      for (index_t c = 0; c < d; ++c)
        turned[static_cast<std::size_t>((n * d + c) * count + t)] =
            memory[static_cast<std::size_t>((n * count + t) * d + c)];
  return turned;
}

linear<float> layer(index_t outputs, index_t inputs, std::uint64_t seed) {
  return {golden_numbers(outputs * inputs, seed), golden_numbers(outputs, seed + 1)};
}
const salad_head<float>& head() {
  static const salad_head<float> of_seeds{{layer(16, d, 30), layer(5, 16, 32)}, {layer(16, d, 34), layer(8, 16, 36)},
                                          {layer(16, d, 38), layer(6, 16, 40)}, {.dustbin = 0.7}};
  return of_seeds;
}

template <class B>
auto aggregated(const B& b) {
  using space = typename B::space;
  const std::vector<float> f = golden_numbers(images * 8 * h * w, 25), of_token = golden_numbers(images * 5, 26);
  std::vector<float> s = golden_numbers(images * 6 * h * w, 24);
  for (float& x : s) x *= 3;
  // What a policy points to has to be where the backend reads it.
  const auto scores = readable_by(b, s), q = readable_by(b, of_token);
  return pooled(b, feature_view<float>(f.data(), {images, 8, h, w}, nchw), f,
                salad(feature_view<float, space>(scores.data(), {images, 6, h, w}, nchw),
                      feature_view<float, space>(q.data(), {.n = images, .c = 5}, nchw), {.dustbin = 0.7}));
}

template <class B>
auto result_of(const std::string& name, const B& b, bool adjacent) {
  const std::vector<float> memory = golden_tokens(adjacent);
  const shape s{images, d, 1, 1 + h * w};
  const feature_view<float> tokens = adjacent ? feature_view<float>(memory.data(), s, nhwc)
                                              : feature_view<float>(memory.data(), s, nchw);
  const auto of_tokens = [&](const auto& policy) {
    return pooled(b, tokens, memory, policy, [](const auto& x) {
      return token_view<float, typename std::remove_cvref_t<decltype(x)>::space>(x, {.h = h, .w = w});
    });
  };
  const auto book = [&](index_t clusters, std::uint64_t seed) {
    return model_for(b, codebook(golden_numbers(clusters * d, seed), clusters));
  };
  if (name == "cls_gem") return of_tokens(concat(cls{}, gem{.p = 4}) | l2{});
  if (name == "cosplace") return of_tokens(unit_positions{} | gem{.p = 2.7} | model_for(b, layer(10, d, 22)) | l2{});
  if (name == "signed_gem") return of_tokens(signed_gem{});
  if (name == "salad_aggregation") return aggregated(b);
  if (name == "salad") return of_tokens(model_for(b, head()));
  if (name == "megaloc") return of_tokens(model_for(b, head()) | model_for(b, layer(12, 53, 42)) | l2{});
  if (name == "supervlad") return of_tokens(supervlad(model_for(b, netvlad_head(golden_numbers(6 * d, 44), 6)), 2));
  if (name == "anyloc") return of_tokens(anyloc(book(5, 45)));
  REQUIRE(name == "patch_netvlad");
  std::vector<box> boxes;
  const window_list windows = sliding_windows(h, w, 3, 2);
  for (index_t k = 0; k < windows.size(); ++k) boxes.push_back(windows[k]);
  const netvlad_head softmax(golden_numbers(4 * d, 47), golden_numbers(4, 48));
  const feature_view<float> patches = token_view<float>(tokens, {.h = h, .w = w}).patches();
  return pooled_regions(b, patches, memory, netvlad(book(4, 46), model_for(b, softmax)), boxes);
}

oracle::row unit_gem(const oracle::map& x) {
  oracle::map u = x;
  for (int p = 0; p < x.n(); ++p) {
    oracle::row position;
    for (int c = 0; c < x.c; ++c) position.push_back(x.at(c, p));
    const oracle::real norm = std::max(oracle::norm(position), oracle::real(1e-12L));
    for (int c = 0; c < x.c; ++c) u.values[static_cast<std::size_t>(c * x.n() + p)] = x.at(c, p) / norm;
  }
  return oracle::gem(u);
}
oracle::row signed_mean(const oracle::map& x) {
  return oracle::each_channel(x, [&](int c) {
    oracle::real sum = 0;
    for (int p = 0; p < x.n(); ++p) sum += x.at(c, p) * x.at(c, p) * x.at(c, p);
    return std::cbrt(sum / x.n());
  });
}
/// Of the mean of the powers, seen through the root; no more than the root of the bound itself.
oracle::row of_signed_mean(const oracle::map& x, const oracle::row& e, oracle::real u) {
  oracle::row r = e;
  for (std::size_t c = 0; c < r.size(); ++c) {
    oracle::real sum = 0;
    for (int p = 0; p < x.n(); ++p) sum += std::pow(std::fabs(x.at(static_cast<int>(c), p)), 3.0L);
    const oracle::real off = (oracle::real(x.n()) / 4 + 11) * u * sum / x.n(), power = std::fabs(e[c] * e[c] * e[c]);
    r[c] = std::cbrt(power + off) - std::fabs(e[c]) + 4 * u * std::fabs(e[c]);
    if (power < off) r[c] = 2 * std::cbrt(off);
    else r[c] = std::max(r[c], std::fabs(e[c]) - std::cbrt(power - off) + 4 * u * std::fabs(e[c]));
  }
  return r;
}

}  // namespace of_heads

TEST_CASE("NumPy's results of the heads") {
  std::ifstream file(std::string(CNNPOOL_TEST_DATA) + "/golden/heads.txt");
  std::string line;
  int lines = 0;
  for (; std::getline(file, line); ++lines)
    for (const auto& backend : backends())
      for (const bool adjacent : {true, false}) {
        std::istringstream in(line);
        std::string name;
        REQUIRE(in >> name);
        INFO(name << ", tokens adjacent: " << adjacent);
        const auto got = of_heads::result_of(name, backend, adjacent);
        double expected = 0;
        for (const auto value : got.values()) {
          REQUIRE(in >> expected);
          CHECK(static_cast<double>(value) == Approx(expected).margin(1e-5));
        }
        CHECK_FALSE(in >> expected);
      }
  CHECK(lines == 9);
}

TEST_CASE("GeM of unit positions on every layout and count") {
  check_everywhere<float, float16>(
      backends(), unit_positions{} | gem{}, of_heads::unit_gem,
      [](const oracle::map& x, const oracle::row& e, oracle::real u) { return relative(e, (32 + 4 + x.c / 4) * u); });
}
TEST_CASE("the signed power mean on every layout and count") {
  check_everywhere<float, double>(backends(), signed_gem{}, of_heads::signed_mean, of_heads::of_signed_mean);
}
