// Max pooling, also called MAC (Tolias, Sicre, Jegou, ICLR 2016): out_c = MAX x_c(i,j). D = C.
//
// Exact: the same bits on every backend, whatever the order. A NaN in a channel makes that channel NaN; of -0 and +0
// either may be the result.
#pragma once

#include "../core/math.hpp"

namespace cnnpool {

struct max {
  static constexpr const char* name = "max";
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(-limits<lane_t<V>>::infinity);
  }
  template <class V>
  CNNPOOL_HD V first(const V& x) const {
    return x;
  }
  /// "x > s ? x : s" is one instruction, which keeps a NaN s and ignores a NaN x; keep_nan takes the latter.
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return keep_nan(select(x > s, x, s), x);
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return step(a, b);
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index) const {
    return s;
  }
};

}  // namespace cnnpool
