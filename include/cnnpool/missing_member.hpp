// What a type lacks to be a policy or a stage.
#pragma once

#include "concepts.hpp"
#include "kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class P>
concept has_state = requires { typename P::template state<float>; };
template <class P>
concept has_init = requires(const P p) {
  { p.template init<float>() } -> std::convertible_to<typename P::template state<float>>;
};
template <class P>
concept has_step = requires(const P p, typename P::template state<float> s, float x) {
  { p.step(s, x) } -> std::convertible_to<typename P::template state<float>>;
};
template <class P>
concept has_merge = requires(const P p, typename P::template state<float> s) {
  { p.merge(s, s) } -> std::convertible_to<typename P::template state<float>>;
};
template <class P>
concept has_finish = requires(const P p, typename P::template state<float> s, index_t n) {
  requires !std::is_void_v<decltype(p.finish(s, n))>;
};
template <class P>
concept has_descriptor_size = requires(const P p, const shape s) {
  { p.descriptor_size(s) } -> std::convertible_to<index_t>;
};
template <class S>
concept has_output_size = requires(const S s) {
  { s.output_size(index_t{}) } -> std::convertible_to<index_t>;
};
}  // namespace detail

namespace kernel {

/// Compiles if P is a policy or a stage, and otherwise says in one sentence which member it lacks; a function that is
/// not const is one that it lacks. static_assert(cnnpool::kernel::missing_member<P>() == nullptr).
template <class P>
constexpr const char* missing_member() {
  if constexpr (pooling_policy<P> || list_policy<P> || stage<P>) {
    return nullptr;
  } else if constexpr (detail::has_descriptor_size<P>) {
    static_assert(!detail::has_descriptor_size<P>,
                  "cnnpool: this policy has no const pool(backend, scratch, x, out) that takes any backend, a "
                  "kernel::source of any view, and a kernel::matrix");
  } else if constexpr (detail::has_output_size<P>) {
    static_assert(!detail::has_output_size<P>,
                  "cnnpool: this stage has no const apply(backend, scratch, in, out) that takes any backend, a "
                  "kernel::matrix<const A> and a kernel::matrix<A>");
  } else if constexpr (detail::has_state<P>) {
    static_assert(detail::has_init<P>, "cnnpool: this fold has no const init<V>() that returns a state<V>");
    static_assert(detail::has_step<P>, "cnnpool: this fold has no const step(state<V>, V) that returns a state<V>");
    static_assert(detail::has_merge<P>,
                  "cnnpool: this fold has no const merge(state<V>, state<V>) that returns a state<V>");
    static_assert(detail::has_finish<P>, "cnnpool: this fold has no const finish(state<V>, n) that returns a number");
  } else {
    static_assert(detail::has_state<P>,
                  "cnnpool: this type has neither the public, const members of a fold (template <class V> type "
                  "`state`, init, step, merge, finish), nor descriptor_size and pool of a policy, nor list_size and "
                  "pool_list of a policy of lists, nor output_size and apply of a stage");
  }
  return nullptr;
}

}  // namespace kernel
}  // namespace cnnpool
