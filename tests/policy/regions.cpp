#include <cmath>
#include <cnnpool/policy/regions.hpp>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "oracle.hpp"

using namespace cnnpool;

namespace {
/// The published code's arithmetic, in F.
template <class F>
std::vector<box> published(cnnpool::index h, cnnpool::index w, int levels) {
  const F s = static_cast<F>(std::min(h, w)), d = static_cast<F>(std::max(h, w)) - s;
  int extra = 0;
  if (d > 0) {
    F best = 0;
    for (int steps = 2; steps <= 7; ++steps) {
      const F b = d / static_cast<F>(steps - 1);
      const volatile F product = s * b;  // no fused multiply-add
      const F distance = std::fabs((s * s - product) / (s * s) - static_cast<F>(0.4));
      if (steps == 2 || distance < best) best = distance, extra = steps - 1;
    }
  }
  std::vector<box> boxes;
  for (int l = 1; l <= levels; ++l) {
    const F wl = std::floor(2 * s / static_cast<F>(l + 1)), wl2 = std::floor(wl / 2 - 1);
    if (wl == 0) break;
    const int rows = l + (h > w ? extra : 0), cols = l + (w > h ? extra : 0);
    const auto start = [&](int t, int n, cnnpool::index length) {
      const F b = n == 1 ? F(0) : (static_cast<F>(length) - wl) / static_cast<F>(n - 1);
      const volatile F product = static_cast<F>(t) * b;
      return static_cast<cnnpool::index>(std::floor(wl2 + product) - wl2);
    };
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < cols; ++j)
        boxes.push_back(
            {start(i, rows, h), start(j, cols, w), static_cast<cnnpool::index>(wl), static_cast<cnnpool::index>(wl)});
  }
  return boxes;
}

std::vector<box> boxes_of(const rmac_grid& g, cnnpool::index h, cnnpool::index w) {
  const auto r = g.regions(h, w);
  std::vector<box> all;
  for (cnnpool::index k = 0; k < r.size(); ++k) all.push_back(r[k]);
  return all;
}
}  // namespace

TEST_CASE("numbers of regions that the literature quotes") {
  const auto count = [](cnnpool::index h, cnnpool::index w) { return rmac_grid{}.regions(h, w).size(); };
  CHECK(count(7, 7) == 14);
  CHECK(count(37, 37) == 14);
  CHECK(count(24, 32) == 20);
  CHECK(count(1, 1) == 1);
  CHECK(count(2, 7) == 38);
  CHECK(count(1, 9) == 7);
}

TEST_CASE("every map up to 64 x 64: the exact grid, its facts, and where the published arithmetic differs") {
  int matlab_differs = 0, float_differs = 0;
  for (cnnpool::index h = 1; h <= 64; ++h)
    for (cnnpool::index w = 1; w <= 64; ++w) {
      const auto exact = boxes_of({}, h, w);
      const auto expected = oracle::rmac_boxes(static_cast<std::size_t>(h), static_cast<std::size_t>(w), 3);
      REQUIRE(!exact.empty());
      REQUIRE(exact.size() == expected.size());
      cnnpool::index reach_h = 0, reach_w = 0;
      for (std::size_t k = 0; k < exact.size(); ++k) {
        const box& b = exact[k];
        REQUIRE(b == box{static_cast<cnnpool::index>(expected[k].h0), static_cast<cnnpool::index>(expected[k].w0),
                         static_cast<cnnpool::index>(expected[k].h), static_cast<cnnpool::index>(expected[k].w)});
        REQUIRE((b.h0 >= 0 && b.w0 >= 0 && b.h >= 1 && b.h0 + b.h <= h && b.w0 + b.w <= w));
        reach_h = std::max(reach_h, b.h0 + b.h);
        reach_w = std::max(reach_w, b.w0 + b.w);
      }
      if (h == w)
        REQUIRE(exact.size() == (h == 1 ? 1u : h == 2 ? 1u + 4 * (2 * 2 / 3 > 0) + 9 * (2 * 2 / 4 > 0) : 14u));
      REQUIRE((reach_h == h && reach_w == w));
      const auto matlab = boxes_of({.arithmetic = grid::matlab}, h, w),
                 single = boxes_of({.arithmetic = grid::float32}, h, w);
      REQUIRE(matlab == published<double>(h, w, 3));
      REQUIRE(single == published<float>(h, w, 3));
      matlab_differs += matlab != exact;
      float_differs += single != exact;
    }
  CHECK(matlab_differs == 32);
  CHECK(float_differs == 30);
  CHECK(boxes_of({.arithmetic = grid::matlab}, 5, 9) != boxes_of({}, 5, 9));
  CHECK(boxes_of({.arithmetic = grid::matlab}, 3, 11) != boxes_of({}, 3, 11));
  CHECK(boxes_of({.arithmetic = grid::matlab}, 2, 62) != boxes_of({}, 2, 62));
}

TEST_CASE("wrong numbers") {
  CHECK(sentence([] { rmac_grid{.levels = 0}.regions(4, 4); }) == "rmac_grid: levels is 0, expected 1 to 1000");
  CHECK(sentence([] { rmac_grid{.overlap_percent = 100}.regions(4, 4); }) ==
        "rmac_grid: overlap_percent is 100, expected 0 to 99");
}
