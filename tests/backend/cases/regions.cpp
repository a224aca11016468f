// Regions of a user's own, overlapping and not square, with a user's own fold, in every layout: pool_regions, row by
// row, against the oracle of the cropped map.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/regional.hpp>
#include <cnnpool/post/scale.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {

/// log(mean(exp(beta x))) / beta, a smooth maximum.
struct log_sum_exp {
  static constexpr double beta = 2;
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(kernel::lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + cnnpool::kernel::exp(kernel::in_every_lane<V>(beta) * x);
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t n) const {
    return cnnpool::kernel::log(s / kernel::in_every_lane<V>(n)) / kernel::in_every_lane<V>(beta);
  }
};
oracle::row smooth_maximum(const oracle::map& x) {
  return oracle::each_channel(x, [&](int k) {
    oracle::real s = 0;
    for (int i = 0; i < x.n(); ++i) s += std::exp(2 * x.at(k, i));
    return std::log(s / x.n()) / 2;
  });
}
oracle::row scaled_by_three(const oracle::map& x) {
  oracle::row r = smooth_maximum(x);
  for (oracle::real& v : r) v *= 3;
  return r;
}

std::vector<box> random_boxes(random_numbers& r, index_t h, index_t w) {
  std::vector<box> boxes{{0, 0, h, w}, {h - 1, w - 1, 1, 1}};
  for (int k = r.between(0, 12); k > 0; --k) {
    const auto i = r.between(0, static_cast<int>(h) - 1), j = r.between(0, static_cast<int>(w) - 1);
    boxes.push_back({i, j, r.between(1, static_cast<int>(h) - i), r.between(1, static_cast<int>(w) - j)});
  }
  return boxes;
}

/// relative, absolute: how far a component may be off.
template <class T, class B, class P>
void check_regions_of(const std::vector<B>& backends, const P& policy, expectation expect, oracle::real rel,
                      oracle::real absolute) {
  random_numbers r;
  int cases = 0;
  for (const counted_map& m : counted_maps())
    for (const layout_case& layout : layouts()) {
      const index_t c = 1 + ++cases * 7 % 37;
      const placed<T> x({2, m.h * m.w > 200 ? c % 11 + 1 : c, m.h, m.w}, layout, cases % 4, signed_values(r));
      const std::vector<box> boxes = random_boxes(r, m.h, m.w);
      for (const B& b : backends) {
        const auto got = pooled_regions(b, x.view, x.memory, policy, boxes);
        std::size_t row = 0;
        for (const oracle::map& image : x.images)
          for (const box& k : boxes) {
            const oracle::row expected = expect(image.crop(static_cast<int>(k.h0), static_cast<int>(k.w0),
                                                           static_cast<int>(k.h), static_cast<int>(k.w)));
            oracle::row allowed = relative(expected, rel);
            for (oracle::real& v : allowed) v += absolute;
            const auto difference = first_difference(expected, allowed, got.row(static_cast<index_t>(row++)));
            if (!difference.empty())
              FAIL(x.text << ", box " << k.h << " x " << k.w << " at " << k.h0 << ", " << k.w0 << ": " << difference);
          }
        REQUIRE(row == static_cast<std::size_t>(got.rows()));
      }
    }
  CHECK(cases == static_cast<int>(counted_maps().size() * layouts().size()));
}

}  // namespace

TEST_CASE("max of regions") {
  check_regions_of<float>(backends(), cnnpool::max(), &oracle::max, 0, 0);
  check_regions_of<bfloat16>(backends(), cnnpool::max(), &oracle::max, 0, 0);
}
// A cell of the largest map holds all of its 1369 positions: N u.
TEST_CASE("average of regions") { check_regions_of<float>(backends(), average{}, &oracle::average, 8e-5L, 1e-5L); }
TEST_CASE("gem of regions") {
  check_regions_of<float>(
      backends(), gem{}, [](const oracle::map& x) { return oracle::gem(x); }, 2e-5L, 0);
}
TEST_CASE("a user's fold on every backend: whole maps, regions, stages") {
  const auto allow = [](const oracle::map&, const oracle::row& e, oracle::real u) {
    return oracle::row(e.size(), u > 1e-10L ? 1e-5L : 1e-13L);
  };
  check_everywhere<float, double>(backends(), log_sum_exp{}, &smooth_maximum, allow);
  check_everywhere<float>(backends(), log_sum_exp{} | scale{3}, &scaled_by_three, allow);
  check_regions_of<float>(backends(), log_sum_exp{}, &smooth_maximum, 0, 1e-5L);
}
