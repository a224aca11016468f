// The monoid that most folds are: start with 0, add, merge by adding. They differ in the step or the finish.
#pragma once

#include "math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

struct additive {
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
  CNNPOOL_HD V finish(const V& s, index_t) const {
    return s;
  }
};

}  // namespace cnnpool::detail
