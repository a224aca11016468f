// cnnpool in one minute.
//
//   pool(x, policy)   x: n images x c channels x h rows x w columns, in any layout; the result: n descriptors
//
// A fold_policy says what happens to one channel of one image, in terms of a value type V, which a backend chooses: a
// float, a double, or a SIMD pack of them.
//
//   struct average {
//     template <class V> using state = V;                                          // holds nothing but V's
//     template <class V> CNNPOOL_HD V init() const { return V(0); }                // the neutral element
//     template <class V> CNNPOOL_HD V step(V s, V x) const { return s + x; }       // one more position
//     template <class V> CNNPOOL_HD V merge(V a, V b) const { return a + b; }      // two partial results
//     template <class V> CNNPOOL_HD V finish(V s, index_t n) const { return s / kernel::in_every_lane<V>(n); }  // of n
//   };
//
// A pooling_policy that is not one fold (CroW, R-MAC, VLAD) combines a backend's primitives (kernel/primitives.hpp).
// A stage turns descriptors into descriptors (l2, power): policy | stage is a policy again. Policies never see a
// backend by name and backends never see a policy: P + B pieces of code, not P x B.
#pragma once

#include "kernel/fold_traits.hpp"
#include "kernel/members.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// sum, average, max, your own. finish gives V, or values<V, K>: K statistics. Options: see kernel/fold_traits.hpp.
template <class F, class V = float>
concept fold_policy = detail::has_state<F, V> && detail::has_init<F, V> && detail::has_step<F, V> &&
                      detail::has_merge<F, V> && detail::has_finish<F, V>;

/// A fold; or what selects one when it runs (gem); or a type whose descriptor_size(shape of x) is d and whose pool
/// writes n x d. Optional: check(), which raises what is wrong with the policy's numbers; check(shape), which raises
/// what does not go with that shape; reads_grid(), whether the policy reads where in the grid of h x w a position lies
/// (tokens need not have one); a string `name`.
template <class P>
concept pooling_policy = fold_policy<P> || kernel::fold_selector<P> ||
                         (detail::has_pool<const P> && detail::has_descriptor_size<const P>);

/// output_size(d) for d components; apply writes all rows of a batch. If the size stays, in and out may be the same
/// memory.
template <class S>
concept stage = detail::has_apply<const S> && detail::has_output_size<const S>;

/// cpu, reference, cuda, thrust_backend: a memory space, a type to accumulate in, and every primitive.
template <class B>
concept backend = detail::has_memory<B> && detail::has_reduce<B> && detail::has_contract<B> &&
                  detail::has_residual_sums<B> && detail::has_transform<B> && detail::has_for_each_index<B> &&
                  detail::has_for_each_cached_slice<B>;

}  // namespace cnnpool
