// The members of a fold, a policy and a stage, a concept each: what a type lacks has a name (missing_member.hpp). pool
// and apply are asked for first: a type of others may have a descriptor_size or an output_size that does not compile.
#pragma once

#include <concepts>
#include <type_traits>

#include "primitives.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class F, class V>
concept has_state = requires { typename F::template state<V>; };
template <class F, class V>
concept has_init = requires(const F f) {
  { f.template init<V>() } -> std::convertible_to<typename F::template state<V>>;
};
template <class F, class V>
concept has_step = requires(const F f, typename F::template state<V> s, V x) {
  { f.step(s, x) } -> std::convertible_to<typename F::template state<V>>;
};
template <class F, class V>
concept has_merge = requires(const F f, typename F::template state<V> s) {
  { f.merge(s, s) } -> std::convertible_to<typename F::template state<V>>;
};
template <class F, class V>
concept has_finish = requires(const F f, typename F::template state<V> s, index_t n) {
  requires !std::is_void_v<decltype(f.finish(s, n))>;
};

template <class P>
concept has_descriptor_size = requires(P policy, const shape s) {
  { policy.descriptor_size(s) } -> std::convertible_to<index_t>;
};
template <class P>
concept has_pool = requires(P policy, const backend_archetype b, scratch s, source<feature_view<float>> x,
                            matrix<float> out) { policy.pool(b, s, x, out); };

template <class S>
concept has_output_size = requires(S stage) {
  { stage.output_size(index_t{}) } -> std::convertible_to<index_t>;
};
template <class S>
concept has_apply = requires(S stage, const backend_archetype b, scratch s, matrix<const float> in,
                             matrix<float> out) { stage.apply(b, s, in, out); };

}  // namespace cnnpool::detail
