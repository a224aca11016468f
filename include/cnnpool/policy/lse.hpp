// Log-sum-exp pooling (Pinheiro, Collobert, CVPR 2015): out_c = 1/r log( 1/N SUM exp(r x_c(i,j)) ). D = C.
//
// Between the average (r towards 0) and the maximum (r large). The state is the largest element and the sum of
// exp(r (x - largest)), so nothing overflows. Accumulator float (double for double); with u = 2^-24 the error is at
// most 8 u |largest| + (N/4 + 8) u / r. NaN propagates; +inf gives +inf, a channel of -inf gives -inf.
#pragma once

#include "../kernel/math.hpp"
#include "../kernel/values.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct lse {
  static constexpr const char* name = "lse";
  static constexpr bool long_step = true;

  double r = 10;

  template <class V>
  struct state {
    V largest, sum;
  };

  void (check)() const {
    if (!(r > 0) || r > 1e30) raise("lse: r is ", r, ", expected a positive number of at most 1e30");
  }
  template <class V>
  CNNPOOL_HD state<V> init() const {
    using L = kernel::lane_t<V>;
    return {V(-kernel::limits<L>::above_all), V(L(0))};
  }
  template <class V>
  CNNPOOL_HD state<V> first(const V& x) const {
    return {x, V(kernel::lane_t<V>(1))};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x) const {
    return merge(s, first(x));
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    using kernel::absolute;
    using kernel::exp_of_negative;
    using kernel::maximum;
    using kernel::select;
    using L = kernel::lane_t<V>;
    // The smaller one's terms are exp(-r |difference|) of what they were; infinities of one sign differ by nothing.
    const V less = select(a.largest == b.largest, V(L(1)),
                          exp_of_negative(-kernel::in_every_lane<V>(r) * absolute(a.largest - b.largest)));
    return {maximum(a.largest, b.largest),
            select(b.largest > a.largest, a.sum * less + b.sum, a.sum + b.sum * less)};
  }
  template <class V>
  CNNPOOL_HD V finish(const state<V>& s, index_t n) const {
    using kernel::log;
    return s.largest + log(s.sum / kernel::in_every_lane<V>(n)) / kernel::in_every_lane<V>(r);
  }
};

}  // namespace cnnpool
