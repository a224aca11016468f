// The fraction of positions where a channel is not zero: Q_c = #{(i,j): x_c(i,j) != 0} / N. D = C. CroW's measure of
// how sparse a channel is (Kalantidis, Mellina, Osindero, ECCV 2016). Exact up to N = 2^24. NaN is not zero.
#pragma once

#include "../kernel/additive.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct nonzero : detail::additive {
  static constexpr const char* name = "nonzero";
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    using L = kernel::lane_t<V>;
    using kernel::select;
    return s + select(x != V(L(0)), V(L(1)), V(L(0)));
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t n) const {
    return s / kernel::in_every_lane<V>(n);
  }
};

}  // namespace cnnpool
