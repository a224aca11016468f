// What the suite of the backends leaves open: the combinations, and R-MAC as a chain.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/pool.hpp>

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "errors.hpp"
#include "policy/maps.hpp"

using namespace cnnpool;

namespace {
void agrees(const random_map& m, const rmac& policy, const oracle::rmac_options& o) {
  const auto r = pool(m.view(), policy);
  const auto e = oracle::rmac(m.expected, o);
  REQUIRE(static_cast<std::size_t>(r.cols()) == e.size());
  for (std::size_t c = 0; c < e.size(); ++c)
    CHECK(r.row(0)[c] == Approx(static_cast<double>(e[c])).epsilon(1e-5).margin(1e-6));
}
}  // namespace

TEST_CASE("levels, the whole map as a term, concatenations, normalisations left out") {
  const random_map m(40, 8, 11, 1);
  agrees(m, {.levels = 2, .whole_map = true}, {.levels = 2, .whole_map = true});
  agrees(m, {.combination = rmac_combination::concat}, {.concat = true});
  agrees(m, {.combination = rmac_combination::concat, .global_first = true, .final_l2 = false},
         {.concat = true, .global_first = true, .final_l2 = false});
  agrees(m, {.whole_map = true, .combination = rmac_combination::concat, .halves_l2 = false},
         {.whole_map = true, .concat = true, .halves_l2 = false});
  agrees(m, {.regions_l2 = false}, {.regions_l2 = false});
  agrees(m, rmac_blog,
         {.concat = true, .global_first = true, .regions_l2 = false, .halves_l2 = false, .final_l2 = false});
}
TEST_CASE("regional with stages is the same chain, but for the rounding of the regions' weights") {
  const random_map m(24, 9, 14, 2);
  const auto a = pool(m.view(), rmac{}), b = pool(m.view(), regional(max() | l2{}, rmac_grid{}) | l2{});
  for (std::size_t i = 0; i < a.values().size(); ++i) CHECK(a.data()[i] == Approx(b.data()[i]).epsilon(4e-7));
}
TEST_CASE("cirtorch's layer: regions in single precision and the whole map, each over its norm + 1e-6") {
  const random_map m(24, 8, 11, 3);
  const auto r = pool(m.view(), rmac_cirtorch);
  oracle::row total(24, 0);
  const auto add = [&](const oracle::map& part) {
    const oracle::row v = oracle::max(part);
    oracle::real square = 0;
    for (const oracle::real x : v) square += x * x;
    for (std::size_t c = 0; c < v.size(); ++c) total[c] += v[c] / (std::sqrt(square) + 1e-6L);
  };
  add(m.expected);
  const auto boxes = rmac_grid{.arithmetic = grid::float32}.regions(8, 11);
  for (index_t k = 0; k < boxes.size(); ++k) {
    const box b = boxes[k];
    add(m.expected.crop(static_cast<int>(b.h0), static_cast<int>(b.w0), static_cast<int>(b.h), static_cast<int>(b.w)));
  }
  for (std::size_t c = 0; c < total.size(); ++c)
    CHECK(r.row(0)[c] == Approx(static_cast<double>(total[c])).epsilon(1e-5));
  const std::vector<float> dim{3e-6f, 4e-6f};  // a norm of 5e-6: the epsilon counts
  const auto faint = pool(feature_view<float>(dim.data(), {.c = 2}, nchw), rmac_cirtorch);
  CHECK(faint(0, 0) == Approx(2 * 3e-6 / 6e-6));  // the only region is the whole map
  CHECK(sentence([&] { pool(m.view(), rmac{.add_epsilon = -1}); }) == "rmac: add_epsilon is -1, expected 0 or more");
  const double largest = std::numeric_limits<double>::max();
  CHECK(pool(m.view(), rmac{.add_epsilon = largest})(0, 0) == 0);
  CHECK(!sentence([&] { pool(m.view(), rmac{.add_epsilon = 2 * largest}); }).empty());
}
TEST_CASE("a map of one position is its L2-normalised vector") {
  const std::vector<float> x{3, 4};
  const auto r = pool(feature_view<float>(x.data(), {.c = 2}, nchw), rmac{});
  CHECK((r(0, 0) == Approx(0.6) && r(0, 1) == Approx(0.8)));
}
