// Several folds as one: every element is read once and stepped into each of them.
#pragma once

#include "core/fold_traits.hpp"
#include "dispatch.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class First, class Rest>
struct fused_state {
  First first;
  Rest rest;
};

template <class V, int J, int K>
CNNPOOL_HD values<V, J + K> joined(const values<V, J>& a, const values<V, K>& b) {
  values<V, J + K> r;
  for (int k = 0; k < J; ++k) r.v[k] = a.v[k];
  for (int k = 0; k < K; ++k) r.v[J + k] = b.v[k];
  return r;
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
struct fused_fold {
  First first;
  Rest rest;

  template <class V>
  using state = fused_state<typename First::template state<V>, typename Rest::template state<V>>;
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {first.template init<V>(), rest.template init<V>()};
  }
  template <class A, class B, class V>
  CNNPOOL_HD fused_state<A, B> step(const fused_state<A, B>& s, const V& x) const {
    return {first.step(s.first, x), rest.step(s.rest, x)};
  }
  template <class A, class B>
  CNNPOOL_HD fused_state<A, B> merge(const fused_state<A, B>& a, const fused_state<A, B>& b) const {
    return {first.merge(a.first, b.first), rest.merge(a.rest, b.rest)};
  }
  template <class A, class B>
  CNNPOOL_HD auto finish(const fused_state<A, B>& s, index n) const {
    return joined(as_values(first.finish(s.first, n)), as_values(rest.finish(s.rest, n)));
  }

  template <class A, class B>
    requires(checks_range<First, A> || checks_range<Rest, B>)
  CNNPOOL_HD auto in_range(const fused_state<A, B>& s) const {
    if constexpr (!checks_range<First, A>) return rest.in_range(s.rest);
    else if constexpr (!checks_range<Rest, B>) return first.in_range(s.first);
    else return first.in_range(s.first) & rest.in_range(s.rest);
  }
  template <class L, class Read>
  CNNPOOL_HD auto recompute(index n, const Read& x) const {
    return joined(as_values(fold_again<L>(first, n, x)), as_values(fold_again<L>(rest, n, x)));
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
  CNNPOOL_HD auto per_channel(index c) const {
    return fuse(for_channel<V>(first, c), for_channel<V>(rest, c));
  }
  template <class V>
    requires(differs_by_channel<First> || differs_by_channel<Rest>)
  CNNPOOL_HD auto per_channel(index c, index count) const {
    return fuse(for_channels<V>(first, c, count), for_channels<V>(rest, c, count));
  }

 private:
  template <class F, class R>
  CNNPOOL_HD static fused_fold<F, R> fuse(const F& f, const R& r) {
    return {f, r};
  }
};

template <class First, class Rest>
auto optimistic(const fused_fold<First, Rest>& f) {
  const auto fused = []<class F, class R>(const F& first, const R& rest) { return fused_fold<F, R>{first, rest}; };
  return fused(optimistic(f.first), optimistic(f.rest));
}

/// Calls f with the one fold made of those that the policies choose.
template <class F, class P, class... Rest>
void with_fused(const F& f, const P& policy, const Rest&... rest) {
  with_fold(policy, [&]<class First>(const First& first) {
    if constexpr (sizeof...(Rest) == 0) f(first);
    else with_fused([&]<class Others>(const Others& others) { f(fused_fold<First, Others>{first, others}); }, rest...);
  });
}

}  // namespace cnnpool::detail
