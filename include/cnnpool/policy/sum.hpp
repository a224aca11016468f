// Sum pooling: out_c = SUM x_c(i,j). D = C.
//
// Accumulator: float (double for double), in a fixed order that does not depend on the instruction set, the number of
// threads or the split of the batch. |error| <= k u SUM |x|, u = 2^-24 (2^-53): k = N/8 + 3 along rows of up to 128
// elements, N/64 + 7 along longer ones (N/16 + 5 in one pass with other folds), N/64 + 65 across rows of memory, N in a
// region. NaN and inf propagate as arithmetic says; inf - inf is NaN.
#pragma once

#include "../core/math.hpp"

namespace cnnpool {

struct sum {
  static constexpr const char* name = "sum";
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + x;
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

}  // namespace cnnpool
