// The fold behind spatially weighted pooling: SUM w(i,j) x_c(i,j).
#pragma once

#include "../core/math.hpp"

namespace cnnpool::detail {

struct weighted_sum {
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x, const V& w) const {
    return s + w * x;
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index) const {
    return s;
  }
};

}  // namespace cnnpool::detail
