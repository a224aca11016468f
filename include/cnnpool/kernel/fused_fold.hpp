// Several folds as one: every element is read once, and stepped once into what several of them accumulate (sum and
// average add the same numbers).
#pragma once

#include <type_traits>

#include "fold_traits.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// The result of a fold from its elements, exact where the fold has one. Otherwise partial results of equal length
/// are merged pair by pair: within every bound that a kernel keeps, log2(n) roundings.
template <class L, class F, class Read>
CNNPOOL_HD auto exact_result(const F& f, index_t n, const Read& x) {
  if constexpr (requires { f.template exact<L>(n, x); }) {
    return f.template exact<L>(n, x);
  } else {
    decltype(f.template init<L>()) partial[64];
    int count = 0;
    for (index_t i = 0; i < n; ++i) {
      auto s = f.step(f.template init<L>(), x(i));
      for (index_t pairs = i; pairs % 2 == 1; pairs /= 2) s = f.merge(partial[--count], s);
      partial[count++] = s;
    }
    auto s = count == 0 ? f.template init<L>() : partial[--count];
    while (count > 0) s = f.merge(partial[--count], s);
    return f.finish(s, n);
  }
}

template <class First, class Rest>
struct fused_state {
  First first;
  Rest rest;
};

template <class V, int J, int K>
CNNPOOL_HD values<V, J + K> joined(const values<V, J>& a, const values<V, K>& b) {
  if constexpr (J == 0) {
    return b;
  } else if constexpr (K == 0) {
    return a;
  } else {
    values<V, J + K> r;
    for (int k = 0; k < J; ++k) r.v[k] = a.v[k];
    for (int k = 0; k < K; ++k) r.v[J + k] = b.v[k];
    return r;
  }
}
template <class V>
CNNPOOL_HD values<V, 1> as_values(const V& v) {
  return {{v}};
}
template <class V, int K>
CNNPOOL_HD const values<V, K>& as_values(const values<V, K>& v) {
  return v;
}

template <class First, class Rest>
struct fused_fold;
template <class F>
inline constexpr bool is_fused = false;
template <class First, class Rest>
inline constexpr bool is_fused<fused_fold<First, Rest>> = true;
/// Whether F, or a part of it, accumulates what M does.
template <class M, class F>
inline constexpr bool accumulates = std::is_same_v<M, shared_monoid<F>>;
template <class M, class First, class Rest>
inline constexpr bool accumulates<M, fused_fold<First, Rest>> = accumulates<M, First> || accumulates<M, Rest>;

/// Makes a fused fold: from two folds, or from the parts of one and another.
template <class F, class R>
CNNPOOL_HD fused_fold<F, R> fuse(const F& first, const R& rest);
template <class F, class R, class Others>
CNNPOOL_HD auto fuse(const fused_fold<F, R>& some, const Others& others);

template <class First, class Rest>
struct fused_fold {
  First first;
  Rest rest;

  /// The rest accumulates what `first` does: its state serves both.
  static constexpr bool shared =
      !std::is_void_v<shared_monoid<First>> && accumulates<shared_monoid<First>, Rest>;

  template <class V>
  using state = std::conditional_t<shared, typename Rest::template state<V>,
                                   fused_state<typename First::template state<V>, typename Rest::template state<V>>>;
  template <class V>
  CNNPOOL_HD state<V> init() const {
    if constexpr (shared) return rest.template init<V>();
    else return {first.template init<V>(), rest.template init<V>()};
  }
  template <class S, class V>
  CNNPOOL_HD S step(const S& s, const V& x) const {
    if constexpr (shared) return rest.step(s, x);
    else return {first.step(s.first, x), rest.step(s.rest, x)};
  }
  template <class S>
  CNNPOOL_HD S merge(const S& a, const S& b) const {
    if constexpr (shared) return rest.merge(a, b);
    else return {first.merge(a.first, b.first), rest.merge(a.rest, b.rest)};
  }
  template <class S>
  CNNPOOL_HD static const auto& of_first(const S& s) {
    if constexpr (shared) return state_of<shared_monoid<First>>(s);
    else return s.first;
  }
  template <class S>
  CNNPOOL_HD static const auto& of_rest(const S& s) {
    if constexpr (shared) return s;
    else return s.rest;
  }
  template <class S>
  using first_of = std::remove_cvref_t<decltype(of_first(std::declval<const S&>()))>;
  template <class S>
  using rest_of = std::remove_cvref_t<decltype(of_rest(std::declval<const S&>()))>;

  template <class S>
  CNNPOOL_HD auto finish(const S& s, index_t n) const {
    return joined(as_values(first.finish(of_first(s), n)), as_values(rest.finish(of_rest(s), n)));
  }

  template <class S>
    requires(may_be_unreliable<First, first_of<S>> || may_be_unreliable<Rest, rest_of<S>>)
  CNNPOOL_HD auto is_reliable(const S& s) const {
    if constexpr (!may_be_unreliable<First, first_of<S>>) return rest.is_reliable(of_rest(s));
    else if constexpr (!may_be_unreliable<Rest, rest_of<S>>) return first.is_reliable(of_first(s));
    else return first.is_reliable(of_first(s)) & rest.is_reliable(of_rest(s));
  }
  template <class L, class Read>
  CNNPOOL_HD auto exact(index_t n, const Read& x) const {
    return joined(as_values(exact_result<L>(first, n, x)), as_values(exact_result<L>(rest, n, x)));
  }

  static constexpr bool long_step = takes_longer_than_reading<First> || takes_longer_than_reading<Rest>;
  template <class Action>
    requires(has_forms<First> || has_forms<Rest>)
  CNNPOOL_INLINE void forms(const Action& action) const {
    // Those of one part: of two, the loop would be compiled for every pair.
    if constexpr (has_forms<First>) first.forms([&](const auto& f) CNNPOOL_LAMBDA { action(fuse(f, rest)); });
    else rest.forms([&](const auto& r) CNNPOOL_LAMBDA { action(fuse(first, r)); });
  }

  template <class V>
    requires(differs_by_channel<First> || differs_by_channel<Rest>)
  CNNPOOL_HD auto per_channel(index_t c) const {
    return fuse(for_channel<V>(first, c), for_channel<V>(rest, c));
  }
  template <class V>
    requires(differs_by_channel<First> || differs_by_channel<Rest>)
  CNNPOOL_HD auto per_channel(index_t c, index_t count) const {
    return fuse(for_channels<V>(first, c, count), for_channels<V>(rest, c, count));
  }

  /// The state of what M accumulates.
  template <class M, class S>
  CNNPOOL_HD static const auto& state_of(const S& s) {
    if constexpr (!accumulates<M, Rest>) return s.first;
    else if constexpr (is_fused<Rest>) return Rest::template state_of<M>(of_rest(s));
    else return of_rest(s);
  }
};

template <class F, class R>
CNNPOOL_HD fused_fold<F, R> fuse(const F& first, const R& rest) {
  return {first, rest};
}
template <class F, class R, class Others>
CNNPOOL_HD auto fuse(const fused_fold<F, R>& some, const Others& others) {
  return fuse(some.first, fuse(some.rest, others));
}

template <class First, class Rest>
auto fast_form(const fused_fold<First, Rest>& f) {
  return fuse(fast_form(f.first), fast_form(f.rest));
}

}  // namespace cnnpool::detail
