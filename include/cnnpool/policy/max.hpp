// Max pooling, also called MAC (Tolias, Sicre, Jegou, ICLR 2016): out_c = MAX x_c(i,j). D = C.
//
// Exact: the same bits on every backend, whatever the order. A NaN in a channel makes that channel NaN; where -0 and +0
// tie, either may be the result.
#pragma once

#include "../kernel/additive.hpp"
#include "../kernel/fused_fold.hpp"
#include "../kernel/math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct max_policy {
  static constexpr const char* name = "max";
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(-kernel::limits<kernel::lane_t<V>>::above_all);
  }
  template <class V>
  CNNPOOL_HD V first(const V& x) const {
    return x;
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    using kernel::maximum_or_nan;  // a pack's own is found by its type
    return maximum_or_nan(s, x);
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return step(a, b);
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t) const {
    return s;
  }
};

/// A function, since a type would be ambiguous with std::max and ::max after `using namespace cnnpool`.
inline constexpr max_policy (max)() { return {}; }

namespace detail {
/// max for channels without NaN: two instructions per element, where max takes three.
struct max_of_numbers {
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return max_policy{}.init<V>();
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return maximum(x, s);
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return maximum(a, b);
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t) const {
    return s;
  }
  template <class L, class Read>
  CNNPOOL_HD L exact(index_t n, const Read& x) const {
    return exact_result<L>(max_policy{}, n, x);
  }
};

/// Not a result but a sum, which a concat often has anyway: a NaN makes it NaN, and the channel is then computed again
/// (as is one with both infinities).
struct sum_is_number : additive {
  template <class V>
  CNNPOOL_HD values<V, 0> finish(const V&, index_t) const {
    return {};
  }
  template <class V>
  CNNPOOL_HD auto is_reliable(const V& s) const {
    return s == s;
  }
  template <class L, class Read>
  CNNPOOL_HD values<L, 0> exact(index_t, const Read&) const {
    return {};
  }
};
template <>
struct monoid_of<sum_is_number> {
  using type = additive;
};

using fast_max = fused_fold<max_of_numbers, sum_is_number>;
}  // namespace detail

inline auto fast_form([[maybe_unused]] const max_policy& f) {
  if constexpr (detail::maximum_or_nan_is_one_instruction) return f;
  else return detail::fast_max{};
}

}  // namespace cnnpool
