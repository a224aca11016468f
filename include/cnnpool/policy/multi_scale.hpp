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
#include "signed_gem.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// x^p for any p.
struct full_power {
  double p;
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    return pow(x, exponent<V>(p));
  }
  template <class V>
  CNNPOOL_HD V root(const V& x) const {
    return pow(x, exponent<V>(1 / p));
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
    else if (signed_power) f(detail::signed_power_mean<detail::full_power>({p}));
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
