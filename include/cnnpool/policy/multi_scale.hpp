// One descriptor from those of one image at several scales (Radenovic, Tolias, Chum, TPAMI 2019):
//   out_c = ( mean_s x_sc^p )^(1/p); L2 comes after it: multi_scale{} | l2{}.         D = D of the descriptors.
//
// A fold: the scales are the positions of a map. scales_of(rows, S) is that map for S blocks of n rows, one block per
// scale, which is what pool(list of S batches, policy) gives:
//   const auto rows = pool(batches, gem{} | l2{});
//   pool(scales_of(rows, 3), multi_scale{} | l2{})
//
// p = 1 is the average. For other p, components below 0 count as 0; with .signed_power = true x^p means
// sign(x) |x|^p (the root too), for descriptors that can be negative. There is no floor: dirtorch raises |x| and then
// |mean| to 1e-6, so that at p = 3 its components are 0 or at least 0.01 in size. Accumulator float (double for
// double); within 2e-6 relative of the largest term; powers that leave the range are computed again with the largest
// component factored out. NaN propagates.
#pragma once

#include "../core/descriptors.hpp"
#include "../kernel/run_policy.hpp"
#include "average.hpp"
#include "gem.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// sign(m) |m|^(1/p), m = mean of sign(x) |x|^p.
struct signed_power_mean : additive {
  double p;
  explicit signed_power_mean(double p_) : p(p_) {}
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + signed_power_of(x, p);
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t n) const {
    return signed_power_of(s / in_every_lane<V>(n), 1 / p);
  }
  template <class V>
  CNNPOOL_HD auto is_reliable(const V& s) const {
    using L = lane_t<V>;
    const V size = absolute(s);
    return (size <= V(limits<L>::overflow)) & (size >= V(limits<L>::smallest * L(1 << 24)));
  }
  template <class L, class Read>
  CNNPOOL_HD L exact(index_t n, const Read& x) const {
    L largest = 0;
    for (index_t i = 0; i < n; ++i) {
      const L v = absolute(x(i));
      if (v != v) return v;
      if (v > largest) largest = v;
    }
    if (largest == L(0)) return L(0);
    double total = 0;
    for (index_t i = 0; i < n; ++i) {
      // An infinity counts as 1, everything else beside it as nothing; of opposite infinities nothing stays.
      const L v = x(i);
      const double part = largest > limits<L>::largest
                              ? (v == largest ? 1. : v == -largest ? -1. : 0.)
                              : signed_power_of(part_of(v, largest), p);
      total += part;
    }
    const double mean = signed_power_of(total / static_cast<double>(n), 1 / p);
    if (largest > limits<L>::largest) return mean > 0 ? largest : mean < 0 ? -largest : largest - largest;
    return largest * static_cast<L>(mean);
  }

 private:
  template <class V>
  CNNPOOL_HD static V signed_power_of(const V& x, double p) {
    const V r = pow(absolute(x), exponent<V>(p));
    return select(x < V(lane_t<V>(0)), -r, r);
  }
};

}  // namespace detail

struct multi_scale {
  static constexpr const char* name = "multi_scale";
  static constexpr int outputs = 1;

  double p = 1;
  bool signed_power = false;

  void (check)() const {
    if (!(p > 0) || p > kernel::limits<double>::largest)
      raise("multi_scale: p is ", p, ", expected a positive finite number");
  }
  template <class F>
  void select_fold(F&& f) const {
    if (p == 1) f(average{});
    else if (signed_power) f(detail::signed_power_mean{p});
    else gem{.p = p, .floor = gem_floor::none}.select_fold(f);
  }
};

/// `scales` blocks of n rows, block by block, as n maps whose positions are the scales.
template <class T>
feature_view<T> scales_of(const descriptors<T>& rows, index_t scales) {
  if (scales < 1 || rows.rows() % scales != 0)
    raise("scales_of: ", rows.rows(), " rows are not ", scales, " scales of as many rows each");
  const index_t n = rows.rows() / scales;
  return {rows.data(),
          {.n = n, .c = rows.cols(), .h = scales},
          strides{.n = rows.cols(), .c = 1, .h = n * rows.cols(), .w = 0}};
}
template <class T>
feature_view<T> scales_of(descriptors<T>&&, index_t) = delete;

}  // namespace cnnpool
