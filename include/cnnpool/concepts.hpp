// cnnpool in one minute.
//
//   pool(x, policy)      x: a feature_view (n images x c channels x h rows x w columns, any strides), or anything that
//                        an adapter turns into one; the result: n descriptors
//
// A fold_policy says what happens to one channel of one image: start with init, take every position with step, put two
// partial results together with merge, and finish. It is written once, in terms of a value type V; a backend chooses
// V: a float, a double, or a SIMD pack of them.
//
//   struct average {
//     template <class V> using state = V;
//     template <class V> CNNPOOL_HD V init() const { return V(0); }
//     template <class V> CNNPOOL_HD V step(V s, V x) const { return s + x; }
//     template <class V> CNNPOOL_HD V merge(V a, V b) const { return a + b; }
//     template <class V> CNNPOOL_HD V finish(V s, index_t n) const { return s / V(n); }
//   };
//
// A pooling_policy that is not one fold (CroW, R-MAC) combines a few primitives of the backend, listed in
// `backend_archetype` below. Every fold is a pooling policy. A stage turns descriptors into descriptors (l2, power).
// policy | stage is a policy again, and so is relu{} | policy.
//
// Policies never see a backend by name and backends never see a policy: P + B pieces of code, not P x B.
//
//   fold_policy      sum, average, max, nonzero, and a user's own;  not: l2 (a stage), int
//   pooling_policy   all of those, gem, spoc, crow, rmac, vlad, concat(...), regional(...), policy | stage;  not: l2
//   stage            l2, power, truncation, scale, whitening, stage | stage;  not: sum
//   backend          cpu, reference
#pragma once

#include "core/fold_traits.hpp"
#include "core/region.hpp"
#include "core/scratch.hpp"
#include "core/source.hpp"
#include "core/values.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// A commutative monoid with a finish. The state is a template over V that holds nothing but V's; init gives the
/// neutral element; finish gets the number of elements and gives V, or values<V, K> for K statistics at once.
///
/// Optional, for results whose state can leave the range of a float although the result does not (GeM's sum of powers):
///   template <class V> auto is_reliable(const state<V>&) const;            a mask
///   template <class L, class Read> auto exact(index_t n, const Read& x) const;   the result from elements x(0..n-1)
/// Optional: first(x), the state of one element, where it costs less than step(init, x); beside the fold, a function
/// fast_form(fold), which returns a fold of the same results whose step costs less, and which says with is_reliable
/// where it was wrong. Its state may be larger: it is taken where states are few (rows of memory).
/// Optional: forms(f), which calls f with one of several folds of the same states, by a number known at run time; it is
/// asked before a loop over elements. `static constexpr bool long_step = true`, where a step costs much more than
/// reading an element: fewer are written out.
/// Optional, for a fold that differs by channel: `per_channel<V>(c, count)`, the fold for the channels in the lanes of
/// V, and `per_channel<V>(c)`, the fold with channel c in every lane.
template <class F, class V = float>
concept fold_policy = requires(const F f, typename F::template state<V> s, V x, index_t n) {
  { f.template init<V>() } -> std::convertible_to<typename F::template state<V>>;
  { f.step(s, x) } -> std::convertible_to<typename F::template state<V>>;
  { f.merge(s, s) } -> std::convertible_to<typename F::template state<V>>;
  f.finish(s, n);
};

/// What a backend offers to policies. A is its accumulator, float or double; S is where a policy gets temporaries.
/// out is a matrix in the backend's memory. n is the number of images of x, c its channels, h*w its positions.
struct backend_archetype {
  using space = host_space;
  template <class T>
  using accumulator = accumulator_t<T>;

  /// out(n, k*c + channel) = statistic k of the fold over the positions of a channel.
  template <class X, class F, class A>
  void fold(scratch&, const X&, const F&, const matrix<A>&) const {}
  /// The same with a weight per position: step(s, x, w).
  template <class X, class F, class A>
  void weighted_fold(scratch&, const X&, const position_weights<A>&, const F&, const matrix<A>&) const {}
  /// out(n, position) = the fold over the channels of a position, positions row by row.
  template <class X, class F, class A>
  void fold_channels(scratch&, const X&, const F&, const matrix<A>&) const {}
  /// out(n*regions.size() + region, k*c + channel): the fold over the positions of each region.
  template <class X, class F, class R, class A>
  void fold_regions(scratch&, const X&, const F&, const R&, const matrix<A>&) const {}
  /// out(n, j*positions + position) = SUM_c weights(j, c) x(n, c, position): a 1x1 convolution, a linear layer of
  /// descriptors. The columns of weights are adjacent.
  template <class X, class W, class A>
  void product(scratch&, const X&, const matrix<const W>&, const matrix<A>&) const {}
  /// out(n, j*c + channel) = SUM_position weights(n, j*positions + position) x(n, channel, position).
  template <class X, class A>
  void weighted_sums(scratch&, const X&, const matrix<const A>&, const matrix<A>&) const {}
  /// out(n, k*c + channel) = SUM (scale x(n, channel, position) - centres(k, channel)) weight over the positions whose
  /// group(n, position) is k. Scales and weights are per position, like the groups; without data they are 1.
  template <class X, class W, class A>
  void group_residuals(scratch&, const X&, const matrix<const A>& /*groups*/, const matrix<const A>& /*scales*/,
                       const matrix<const A>& /*weights*/, const matrix<const W>& /*centres*/, const matrix<A>&) const {
  }
  // Optional: nearest(scratch, x, centres, squared_norms, factor, groups): groups(n, position) = the k with the
  // smallest squared_norms(k) - factor centres(k).x, the first of equal ones; without it policies use product and each.
  // Optional: self_weighted_fold(scratch, x, channel_fold, weight, fold, results, out): results(n, position) =
  // fold_channels, out = weighted_fold with the weights weight(max(result, 0) / the image's largest result), or 0
  // where no result is positive. weight: a power with an exponent of 2 at most; fold.scaled(state, f): the state after
  // weights f times as large. To be called where reads_once<A>(x, channel_fold, weight, fold): it reads x once there.

  /// f(i) for i = 0 .. count-1 in any order, one scalar at a time: what no other primitive expresses.
  template <class F>
  void each(scratch&, index_t /*count*/, const F&) const {}
  /// out(i, j) = f(in(i, j)...). An input is a matrix, per_row, row_index or column_index.
  template <class A, class F, class... In>
  void map(scratch&, const matrix<A>&, const F&, const In&...) const {}
  /// out(i, j) = in(i, j), rounded to the type of out.
  template <class In, class Out>
  void convert(scratch&, const matrix<In>&, const matrix<Out>&) const {}
  /// Calls f(backend, scratch, first, count) for slices of n images of `bytes` each, such that a second pass over a
  /// slice finds it in the cache. The slices may run at the same time; results do not depend on them.
  template <class F>
  void slices(scratch& s, index_t n, index_t /*bytes*/, const F& f) const {
    f(*this, s, 0, n);
  }
};

template <class B>
concept backend = requires { typename B::space; } &&
                  requires(const B b, scratch s, matrix<typename B::template accumulator<float>> m) {
                    b.map(s, m, read_as_is{}, m);
                  };

/// A policy that chooses its fold when it runs: select_fold(f) calls f(fold) with one fold_policy of `outputs`
/// statistics (gem: a cube for p = 3, a power for p = 2.7).
template <class P>
concept fold_selector = requires(const P p) {
  p.select_fold(detail::ignore_fold{});
  { P::outputs } -> std::convertible_to<int>;
};

/// descriptor_size(shape of the input) = d; pool writes n x d. Optional: check(shape) raises what is wrong with the
/// policy's own numbers; `static constexpr const char* name` for messages.
template <class P>
concept pooling_policy =
    fold_policy<P> || fold_selector<P> ||
    requires(const P p, const backend_archetype b, scratch s, source<feature_view<float>> x, matrix<float> out) {
      { p.descriptor_size(x.extents()) } -> std::convertible_to<index_t>;
      p.pool(b, s, x, out);
    };

/// output_size(d) of an input of d components; apply(backend, scratch, in, out) on all rows of a batch. When the size
/// stays the same, in and out may be the same memory.
template <class S>
concept stage = requires(const S stage, const backend_archetype b, scratch s, matrix<const float> in,
                         matrix<float> out) {
  { stage.output_size(index_t{}) } -> std::convertible_to<index_t>;
  stage.apply(b, s, in, out);
};

}  // namespace cnnpool
