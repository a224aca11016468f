// What a type lacks to be a policy or a stage.
#pragma once

#include "concepts.hpp"
#include "kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// Compiles if P is a policy or a stage, and otherwise says in one sentence which member it lacks; a function that is
/// not const is one that it lacks. static_assert(cnnpool::kernel::missing_member<P>() == nullptr).
template <class P>
constexpr const char* missing_member() {
  if constexpr (pooling_policy<P> || list_policy<P> || stage<P>) {
    return nullptr;
  } else if constexpr (detail::has_descriptor_size<P>) {
    static_assert(detail::has_descriptor_size<const P>,
                  "cnnpool: this policy has no const descriptor_size(shape): its descriptor_size is not const");
    static_assert(detail::has_pool<const P>,
                  "cnnpool: this policy has no const pool(backend, scratch, x, out) that takes any backend, a "
                  "kernel::source of any view, and a kernel::matrix");
  } else if constexpr (detail::has_output_size<P>) {
    static_assert(detail::has_output_size<const P>,
                  "cnnpool: this stage has no const output_size(d): its output_size is not const");
    static_assert(detail::has_apply<const P>,
                  "cnnpool: this stage has no const apply(backend, scratch, in, out) that takes any backend, a "
                  "kernel::matrix<const A> and a kernel::matrix<A>");
  } else if constexpr (detail::has_state<P, float>) {
    static_assert(detail::has_init<P, float>, "cnnpool: this fold has no const init<V>() that returns a state<V>");
    static_assert(detail::has_step<P, float>,
                  "cnnpool: this fold has no const step(state<V>, V) that returns a state<V>");
    static_assert(detail::has_merge<P, float>,
                  "cnnpool: this fold has no const merge(state<V>, state<V>) that returns a state<V>");
    static_assert(detail::has_finish<P, float>,
                  "cnnpool: this fold has no const finish(state<V>, n) that returns a number");
  } else {
    static_assert(detail::has_state<P, float>,
                  "cnnpool: this type has neither the public, const members of a fold (template <class V> type "
                  "`state`, init, step, merge, finish), nor descriptor_size and pool of a policy, nor list_size and "
                  "pool_list of a policy of lists, nor output_size and apply of a stage");
  }
  return nullptr;
}

}  // namespace cnnpool::kernel
