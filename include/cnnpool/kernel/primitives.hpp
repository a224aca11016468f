// What a backend offers to policies: six primitives over activations x and matrices of the accumulator's type A.
//
//   reduce                   a fold over the positions of every channel, the channels of every position, or regions
//   contract                 sums of products with a matrix of weights, over the channels or over the positions
//   residual_sums            VLAD: sums of differences from the centre that every position is assigned to
//   transform                a function of matrices, element by element
//   for_each_index           a function of an index, one scalar at a time: what no other primitive expresses
//   for_each_cached_slice    some of the images at a time, so that what is read again is still in the cache
//
// They are called with a scratch, from which a backend takes its own temporary memory. A scratch without memory
// measures: then nothing is computed, which a backend ensures in the one place where it starts its work
// (docs/backends.md).
#pragma once

#include <type_traits>

#include "../core/region.hpp"
#include "scratch.hpp"
#include "source.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// What is reduced or contracted: the positions of every channel, or the channels of every position. A list of regions
/// (region.hpp) stands for the positions of each region.
struct over_positions {};
struct over_channels {};

/// No operand; step(s, x).
struct no_operand {};
/// A number for every position (row-major h x w), the same for all channels; step(s, x, number). With an image_stride
/// of 0 all images share the numbers.
template <class A>
struct per_position {
  const A* data = nullptr;
  index_t image_stride = 0;
};

/// What happens to a contraction's sums: they are stored.
struct store_sums {};
/// Or the k with the smallest squared_norms(k) - factor sum(k) is stored, the first of equal ones: with a factor of 2,
/// the nearest of the rows of a matrix of centres.
struct store_nearest {
  matrix<const double> squared_norms;
  double factor = 2;
};

/// The interface, for concepts to check with. n is the number of images of x, c its channels, positions its h * w.
struct backend_archetype {
  using space = host_space;
  template <class T>
  using accumulator = accumulator_t<T>;

  /// over_positions: out(n, k*c + channel) = statistic k of the fold over the positions of a channel.
  /// over_channels:  out(n, k*positions + position) = the fold over the channels of a position.
  /// regions:        out(n*regions.size() + region, k*c + channel) = the fold over the positions of a region.
  template <class X, class Over, class F, class A, class Operand = no_operand>
  void reduce(scratch&, const X&, const Over&, const F&, const matrix<A>& /*out*/, const Operand& = {}) const {}

  /// over_channels:  out(n, j*positions + position) = SUM_channel weights(j, channel) x(n, channel, position): a 1x1
  ///                 convolution, a linear layer. The columns of weights are adjacent.
  /// over_positions: out(n, j*c + channel) = SUM_position weights(n, j*positions + position) x(n, channel, position).
  /// With store_nearest (over_channels): out(n, position) = the j that it selects.
  template <class X, class Over, class W, class A, class Epilogue = store_sums>
  void contract(scratch&, const X&, const Over&, const matrix<const W>&, const matrix<A>& /*out*/,
                const Epilogue& = {}) const {}

  /// out(n, k*c + channel) = SUM (scale x(n, channel, position) - centres(k, channel)) weight over the positions whose
  /// assignments(n, position) is k. Scales and weights are per position, like assignments; without data they are 1.
  template <class X, class W, class A>
  void residual_sums(scratch&, const X&, const matrix<const A>& /*assignments*/, const matrix<const A>& /*scales*/,
                     const matrix<const A>& /*weights*/, const matrix<const W>& /*centres*/, const matrix<A>&) const {}

  /// out(i, j) = f(in(i, j)...), rounded to the type of out. An input is a matrix, per_row, row_index or column_index.
  template <class D, class F, class... In>
  void transform(scratch&, const matrix<D>& /*out*/, const F&, const In&...) const {}

  /// f(i) for i = 0 .. count-1, in any order. For one that takes long, f.work() may say how long: in the bytes that a
  /// sum reads meanwhile (30 a nanosecond); without it an index counts as 64. It decides how many threads share a call.
  template <class F>
  void for_each_index(scratch&, index_t /*count*/, const F&) const {}

  /// f(backend, scratch, first, count) for slices of n images, of each of which `again` bytes are read more than once.
  /// Slices may run at the same time; results do not depend on them. With `again` of 0 there may be one.
  template <class F>
  void for_each_cached_slice(scratch& s, index_t n, index_t /*again*/, const F& f) const {
    f(*this, s, 0, n);
  }
};

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
struct probe_fold {
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(0);
  }
  template <class V, class... Operand>
  CNNPOOL_HD V step(const V& s, const V&, const Operand&...) const {
    return s;
  }
  template <class V>
  CNNPOOL_HD V merge(const V& s, const V&) const {
    return s;
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t) const {
    return s;
  }
};
struct probe_call {
  template <class... Arguments>
  void operator()(const Arguments&...) const {}
};

/// The arguments with which the primitives of B are checked.
template <class B>
struct probe {
  using A = typename B::template accumulator<float>;
  using view = feature_view<float, typename B::space>;
  const B& b;
  scratch& s;
  source<view> x;
  matrix<A> m;
  matrix<const A> read;
};

template <class B>
concept has_memory = requires { typename B::space; } && requires { typename B::template accumulator<float>; };
template <class B>
concept has_reduce = has_memory<B> && requires(const probe<B> p, per_position<typename probe<B>::A> operand) {
  p.b.reduce(p.s, p.x, over_positions{}, probe_fold{}, p.m);
  p.b.reduce(p.s, p.x, over_positions{}, probe_fold{}, p.m, operand);
  p.b.reduce(p.s, p.x, over_channels{}, probe_fold{}, p.m);
  p.b.reduce(p.s, p.x, whole_map::list{1, 1}, probe_fold{}, p.m);
};
template <class B>
concept has_contract = has_memory<B> && requires(const probe<B> p) {
  p.b.contract(p.s, p.x, over_channels{}, p.read, p.m);
  p.b.contract(p.s, p.x, over_positions{}, p.read, p.m);
  p.b.contract(p.s, p.x, over_channels{}, p.read, p.m, store_nearest{});
};
template <class B>
concept has_residual_sums = has_memory<B> && requires(const probe<B> p) {
  p.b.residual_sums(p.s, p.x, p.read, p.read, p.read, p.read, p.m);
};
template <class B>
concept has_transform = has_memory<B> && requires(const probe<B> p, matrix<double> wide) {
  p.b.transform(p.s, p.m, read_as_is{}, p.read);
  p.b.transform(p.s, wide, read_as_is{}, p.m);
};
template <class B>
concept has_for_each_index = has_memory<B> && requires(const probe<B> p) {
  p.b.for_each_index(p.s, index_t{1}, probe_call{});
};
template <class B>
concept has_for_each_cached_slice = has_memory<B> && requires(const probe<B> p) {
  p.b.for_each_cached_slice(p.s, index_t{1}, index_t{1}, probe_call{});
};
}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// Compiles if B is a backend, and otherwise says in one sentence what it lacks:
/// static_assert(cnnpool::kernel::missing_primitive<B>() == nullptr).
template <class B>
constexpr const char* missing_primitive() {
  static_assert(detail::has_memory<B>, "cnnpool: a backend has a type `space` and a template `accumulator<T>`");
  if constexpr (detail::has_memory<B>) {
    static_assert(detail::has_reduce<B>, "cnnpool: this backend has no reduce(scratch, x, over, fold, out, operand)");
    static_assert(detail::has_contract<B>,
                  "cnnpool: this backend has no contract(scratch, x, over, weights, out, epilogue)");
    static_assert(detail::has_residual_sums<B>,
                  "cnnpool: this backend has no residual_sums(scratch, x, assignments, scales, weights, centres, out)");
    static_assert(detail::has_transform<B>, "cnnpool: this backend has no transform(scratch, out, f, in...)");
    static_assert(detail::has_for_each_index<B>, "cnnpool: this backend has no for_each_index(scratch, count, f)");
    static_assert(detail::has_for_each_cached_slice<B>,
                  "cnnpool: this backend has no for_each_cached_slice(scratch, n, again, f)");
  }
  return nullptr;
}

}  // namespace cnnpool::kernel
