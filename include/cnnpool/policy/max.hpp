// Max pooling, also called MAC (Tolias, Sicre, Jegou, ICLR 2016): out_c = MAX x_c(i,j). D = C.
//
// Exact: the same bits on every backend, whatever the order. A NaN in a channel makes that channel NaN; of -0 and +0
// either may be the result. State: the maximum, and a mark that is 0 until a NaN was met.
#pragma once

#include "../core/math.hpp"

namespace cnnpool {

struct max {
  static constexpr const char* name = "max";
  template <class V>
  struct state {
    V largest, mark;
  };
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {V(-limits<lane_t<V>>::infinity), V(lane_t<V>(0))};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x) const {
    return {larger(s.largest, x), keep_nan(s.mark, x)};
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    return {larger(a.largest, b.largest), keep_nan(a.mark, b.mark)};
  }
  template <class V>
  CNNPOOL_HD V finish(const state<V>& s, index) const {
    return select(s.mark != s.mark, s.mark, s.largest);
  }

 private:
  // NaN loses here (the mark remembers it): x may never replace a number by being unordered.
  template <class V>
  CNNPOOL_HD static V larger(const V& m, const V& x) {
    return select(x > m, x, m);
  }
};

}  // namespace cnnpool
