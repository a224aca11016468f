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
//     template <class V> CNNPOOL_HD V finish(V s, index_t n) const { return s / V(n); }   // of n positions
//   };
//
// A pooling_policy that is not one fold (CroW, R-MAC, VLAD) combines a backend's primitives (kernel/primitives.hpp).
// A stage turns descriptors into descriptors (l2, power): policy | stage is a policy again. Policies never see a
// backend by name and backends never see a policy: P + B pieces of code, not P x B.
#pragma once

#include "kernel/primitives.hpp"
#include "kernel/fold_traits.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// sum, average, max, your own. finish gives V, or values<V, K>: K statistics. Options: see kernel/fold_traits.hpp.
template <class F, class V = float>
concept fold_policy = requires(const F f, typename F::template state<V> s, V x, index_t n) {
  { f.template init<V>() } -> std::convertible_to<typename F::template state<V>>;
  { f.step(s, x) } -> std::convertible_to<typename F::template state<V>>;
  { f.merge(s, s) } -> std::convertible_to<typename F::template state<V>>;
  requires !std::is_void_v<decltype(f.finish(s, n))>;
};

/// A fold; or what selects one when it runs (gem); or a type whose descriptor_size(shape of x) is d and whose pool
/// writes n x d. Optional: check(), which raises what is wrong with the policy's numbers; check(shape), which raises
/// what does not go with that shape; a string `name`.
template <class P>
concept pooling_policy = fold_policy<P> || kernel::fold_selector<P> ||
    requires(const P p, const kernel::backend_archetype b, kernel::scratch s, kernel::source<feature_view<float>> x,
             kernel::matrix<float> out) {
  p.pool(b, s, x, out);
  { p.descriptor_size(x.extents()) } -> std::convertible_to<index_t>;
};

/// output_size(d) for d components; apply writes all rows of a batch. If the size stays, in and out may be the same
/// memory.
template <class S>
concept stage = requires(const S stage, kernel::backend_archetype b, kernel::scratch s, kernel::matrix<const float> in,
                         kernel::matrix<float> out) {
  stage.apply(b, s, in, out);
  { stage.output_size(index_t{}) } -> std::convertible_to<index_t>;
};

/// cpu, reference, cuda, thrust_backend: a memory space, a type to accumulate in, and every primitive.
template <class B>
concept backend = detail::has_memory<B> && detail::has_reduce<B> && detail::has_contract<B> &&
                  detail::has_residual_sums<B> && detail::has_transform<B> && detail::has_for_each_index<B> &&
                  detail::has_for_each_cached_slice<B>;

}  // namespace cnnpool
