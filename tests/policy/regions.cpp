// The grids of R-MAC: facts of exact arithmetic, and how the two published programs differ from it. The programs'
// arithmetic is written out again here from their formula, in the precision that each computes in.
#include <cmath>
#include <cnnpool/policy/regions.hpp>
#include <set>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../oracle.hpp"

using namespace cnnpool;

namespace {

std::vector<box> boxes_of(index_t h, index_t w, const rmac_grid& g = {}) {
  const auto list = g.regions(h, w);
  std::vector<box> boxes;
  for (index_t k = 0; k < list.size(); ++k) boxes.push_back(list[k]);
  return boxes;
}
std::vector<box> boxes_of(const std::vector<oracle::box>& list) {
  std::vector<box> boxes;
  for (const oracle::box& b : list) boxes.push_back({b.i0, b.j0, b.side, b.side});
  return boxes;
}

/// W = min, steps 2..7, b = (max - W)/(steps - 1), argmin |(W^2 - W b)/W^2 - 0.4|; per level wl = floor(2W/(l+1)),
/// wl2 = floor(wl/2 - 1), starts floor(wl2 + [0..n-1] b') - wl2. Every operation rounds to F. volatile: nothing is
/// fused.
template <class F>
std::vector<box> published(int h, int w) {
  const F shorter = static_cast<F>(std::min(h, w)), longer = static_cast<F>(std::max(h, w));
  int extra = 0;
  F smallest = 0;
  for (int steps = 2; steps <= 7 && h != w; ++steps) {
    const volatile F b = (longer - shorter) / static_cast<F>(steps - 1);
    const volatile F square = shorter * shorter, part = shorter * b;
    const volatile F rest = square - part;
    const volatile F ratio = rest / square;
    const volatile F distance = std::fabs(ratio - static_cast<F>(0.4));
    if (extra == 0 || distance < smallest) {
      smallest = distance;
      extra = steps - 1;
    }
  }
  std::vector<box> boxes;
  for (int l = 1; l <= 3; ++l) {
    const F side = std::floor(2 * shorter / static_cast<F>(l + 1)), half = std::floor(side / 2 - 1);
    if (side == 0) break;
    const auto starts = [&](int length, int n) {
      std::vector<index_t> all;
      const volatile F b = n == 1 ? F(0) : (static_cast<F>(length) - side) / static_cast<F>(n - 1);
      for (int t = 0; t < n; ++t) {
        const volatile F step = static_cast<F>(t) * b;
        const volatile F at = half + step;
        all.push_back(static_cast<index_t>(std::floor(at) - half));
      }
      return all;
    };
    const auto wl = static_cast<index_t>(side);
    for (const index_t i : starts(h, h > w ? l + extra : l))
      for (const index_t j : starts(w, w > h ? l + extra : l)) boxes.push_back({i, j, wl, wl});
  }
  return boxes;
}

template <class F>
std::set<std::pair<int, int>> differing() {
  std::set<std::pair<int, int>> sizes;
  for (int h = 1; h <= 64; ++h)
    for (int w = 1; w <= 64; ++w)
      if (published<F>(h, w) != boxes_of(oracle::rmac_boxes(h, w))) sizes.insert({h, w});
  return sizes;
}

}  // namespace

TEST_CASE("numbers of regions") {
  const auto count = [](index_t h, index_t w) { return rmac_grid{}.regions(h, w).size(); };
  for (const int s : {3, 4, 7, 14, 37, 64}) CHECK(count(s, s) == 14);
  CHECK(count(24, 32) == 20);
  CHECK(count(32, 24) == 20);
  CHECK(count(1, 1) == 1);
  CHECK(count(2, 7) == 38);
  CHECK(count(1, 9) == 7);
  for (int h = 3; h <= 64; ++h)
    for (int w = 3; w <= 64; ++w) REQUIRE(count(h, w) == 14 + 6 * oracle::extra_boxes(h, w));
}
TEST_CASE("every size to 64 x 64 and some long ones: the boxes of the oracle, inside the map, covering its ends") {
  for (int h = 1; h <= 64; ++h)
    for (int w = 1; w <= 64; ++w)
      for (const int levels : {1, 3, 5}) {
        const auto boxes = boxes_of(h, w, {.levels = levels});
        REQUIRE(boxes == boxes_of(oracle::rmac_boxes(h, w, levels)));
        index_t bottom = 0, right = 0;
        for (const box& b : boxes) {
          REQUIRE((b.h0 >= 0 && b.w0 >= 0 && b.h == b.w && b.h >= 1 && b.h0 + b.h <= h && b.w0 + b.w <= w));
          bottom = std::max(bottom, b.h0 + b.h);
          right = std::max(right, b.w0 + b.w);
        }
        REQUIRE((!boxes.empty() && bottom == h && right == w));
      }
  for (const auto& [h, w] : {std::pair{1, 1000}, {999, 7}, {480, 640}, {1, 2}}) {
    CHECK(boxes_of(h, w) == boxes_of(oracle::rmac_boxes(h, w)));
    CHECK(boxes_of(h, w, {.overlap_percent = 25}) == boxes_of(oracle::rmac_boxes(h, w, 3, 1, 4)));
  }
}
TEST_CASE("grid::matlab is the published arithmetic in double, and differs from exact arithmetic on 32 sizes") {
  for (int h = 1; h <= 64; ++h)
    for (int w = 1; w <= 64; ++w) {
      INFO(h << " x " << w);
      REQUIRE(boxes_of(h, w, {.arithmetic = grid::matlab}) == published<double>(h, w));
    }
  const auto sizes = differing<double>();
  CHECK(sizes.size() == 32);
  for (const auto& size : {std::pair{5, 9}, {3, 11}, {2, 62}}) CHECK(sizes.count(size) == 1);
}
TEST_CASE("grid::float32 is the same in single precision, and differs on 30 sizes") {
  for (int h = 1; h <= 64; ++h)
    for (int w = 1; w <= 64; ++w) {
      INFO(h << " x " << w);
      REQUIRE(boxes_of(h, w, {.arithmetic = grid::float32}) == published<float>(h, w));
    }
  CHECK(differing<float>().size() == 30);
}
TEST_CASE("misuse is one sentence") {
  CHECK(sentence([] { rmac_grid{.levels = 0}.regions(3, 3); }) == "rmac_grid: levels is 0, expected 1 to 1000");
  CHECK(sentence([] { rmac_grid{.levels = 1001}.regions(3, 3); }) == "rmac_grid: levels is 1001, expected 1 to 1000");
  CHECK(sentence([] { rmac_grid{.overlap_percent = 100}.regions(3, 3); }) ==
        "rmac_grid: overlap_percent is 100, expected 0 to 99");
  CHECK(sentence([] { rmac_grid{.overlap_percent = -1}.regions(3, 3); }) ==
        "rmac_grid: overlap_percent is -1, expected 0 to 99");
}
