// Max pooling, also called MAC (Tolias, Sicre, Jegou, ICLR 2016): out_c = MAX x_c(i,j). D = C.
//
// Exact: the same bits on every backend, whatever the order. A NaN in a channel makes that channel NaN; of -0 and +0
// either may be the result.
#pragma once

#include "../core/fold_traits.hpp"
#include "../core/math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct max {
  static constexpr const char* name = "max";
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(-limits<lane_t<V>>::above_all);
  }
  template <class V>
  CNNPOOL_HD V first(const V& x) const {
    return x;
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return maximum_or_nan(s, x);
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

namespace detail {
/// max, two instructions an element where it takes three: a NaN also makes the sum NaN, which a concat with sum has
/// anyway, and the channel is then computed again (so is one with both infinities).
struct optimistic_max {
  template <class V>
  struct state {
    V largest, sum;
  };
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {V(-limits<lane_t<V>>::above_all), V(lane_t<V>(0))};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x) const {
    return {maximum(x, s.largest), s.sum + x};
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    return {maximum(a.largest, b.largest), a.sum + b.sum};
  }
  template <class V>
  CNNPOOL_HD V finish(const state<V>& s, index) const {
    return s.largest;
  }
  template <class V>
  CNNPOOL_HD auto in_range(const state<V>& s) const {
    return s.sum == s.sum;
  }
  template <class L, class Read>
  CNNPOOL_HD L recompute(index n, const Read& x) const {
    return fold_again<L>(max{}, n, x);
  }
};
}  // namespace detail

inline auto optimistic([[maybe_unused]] const max& f) {
  if constexpr (detail::maximum_or_nan_is_one_instruction) return f;
  else return detail::optimistic_max{};
}

}  // namespace cnnpool
