// each_position(stage) | policy: the stage is applied to the channels of every position, as to a descriptor, and the
// policy pools the map of the results: each_position(l2{}), each_position(mlp) of SALAD's heads, a whitening of tokens.
//
// The map of the results is a copy, NHWC in the accumulator's type, of a few images at a time. The stage reads NHWC
// activations of that type where they lie, others from a copy.
#pragma once

#include <string>

#include "../kernel/run_policy.hpp"
#include "elementwise.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// rows(n*positions + p, c) = element (c, p) of image n.
template <class X, class A>
struct copy_position {
  X x;
  matrix<A> rows;
  double work() const { return 8. * static_cast<double>(rows.cols); }
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t p = i % e.positions(), n = i / e.positions(), h = p / e.w, w = p % e.w;
    for (index_t c = 0; c < rows.cols; ++c) rows(i, c) = element<A>(x, n, c, h, w);
  }
};

/// The positions of x as rows where they lie, if they are rows of A's; otherwise without data.
template <class A, class X>
matrix<const A> rows_in_place(const X& x) {
  if constexpr (std::is_same_v<typename X::value_type, A> && std::is_same_v<typename X::read_function, read_as_is>) {
    const shape& e = x.extents();
    const strides& st = x.view.stride();
    const index_t step = e.w > 1 ? st.w : e.h > 1 ? st.h : st.n;  // axes of extent 1 have no stride
    if ((e.c == 1 || st.channel(1) == 1) && (st.block == 1) && (e.h == 1 || st.h == e.w * step) &&
        (e.n == 1 || st.n == e.positions() * step))
      return {x.view.data(), e.n * e.positions(), e.c, step, 1};
  }
  return {};
}

/// Calls f(rows, a matrix of their size that may be written): the positions of x as rows.
template <class A, class B, class X, class F>
void with_position_rows(const B& b, scratch& s, const X& x, index_t mapped, const F& f) {
  const shape& e = x.extents();
  const index_t count = e.n * e.positions();
  const scratch::frame frame(s);
  const matrix<const A> there = rows_in_place<A>(x);
  if (there.data != nullptr) return f(there, s.make<A>(count, mapped));
  const matrix<A> rows = s.make<A>(count, e.c);
  b.for_each_index(s, count, copy_position<X, A>{x, rows});
  f(matrix<const A>(rows), mapped == e.c ? rows : s.make<A>(count, mapped));
}

}  // namespace detail

/// What each_position(stage) | policy is.
template <stage S, pooling_policy P>
struct on_positions {
  S mapping;
  P policy;

  index_t descriptor_size(const shape& s) const { return cnnpool::descriptor_size(policy, mapped(s)); }
  void (check)() const {
    detail::check_numbers(mapping);
    detail::check_numbers(policy);
  }
  void (check)(const shape& s) const {
    detail::check_shape(mapping, s.c);
    detail::check_shape(policy, mapped(s));
  }
  bool reads_grid() const { return detail::reads_grid(policy); }
  std::string full_name() const {
    return "each_position(" + detail::name_of(mapping) + ") | " + detail::name_of(policy);
  }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    on_slices(b, s, x, out, 1, [&](const auto& b_, kernel::scratch& own, const auto& map, const kernel::matrix<A>& t) {
      detail::run(b_, own, map, policy, t);
    });
  }
  template <class B, class X, class R, class A>
  void pool_regions(const B& b, kernel::scratch& s, const X& x, const R& regions, const kernel::matrix<A>& out) const {
    on_slices(b, s, x, out, regions.size(),
              [&](const auto& b_, kernel::scratch& own, const auto& map, const kernel::matrix<A>& t) {
                detail::run_regions(b_, own, map, policy, regions, t);
              });
  }

 private:
  shape mapped(const shape& s) const { return {s.n, mapping.output_size(s.c), s.h, s.w}; }
  template <class B, class X, class A, class Run>
  void on_slices(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out, index_t rows_per_image,
                 const Run& run) const {
    const shape& e = x.extents();
    const index_t d = mapping.output_size(e.c);
    const index_t again = detail::image_bytes(x) + d * e.positions() * static_cast<index_t>(sizeof(A));
    b.for_each_cached_slice(s, e.n, again, [&](const auto& b_, kernel::scratch& own, index_t first, index_t count) {
      detail::with_position_rows<A>(
          b_, own, x.images(first, count), d, [&](const kernel::matrix<const A>& rows, const kernel::matrix<A>& to) {
            mapping.apply(b_, own, rows, to);
            const feature_view<A, typename B::space> map(to.data, {count, d, e.h, e.w}, nhwc);
            run(b_, own, kernel::as_source(map), out.row_range(first * rows_per_image, count * rows_per_image));
          });
    });
  }
};

template <stage S>
struct each_position_function {
  static constexpr bool reads_positions = true;
  S mapping;
  template <pooling_policy P>
  friend on_positions<S, P> operator|(const each_position_function& f, const P& policy) {
    return {f.mapping, policy};
  }
};
template <stage S>
each_position_function<S> each_position(const S& mapping) {
  return {mapping};
}
template <class S>
  requires(!stage<S>)
detail::nothing each_position(const S&) CNNPOOL_UNAVAILABLE("cnnpool::each_position: the argument is not a stage, e.g. l2{} or a linear layer");

/// relu{} | unit_positions{}: what stands in front is applied first.
template <class Read, position_function F>
struct read_positions {
  static constexpr bool reads_positions = true;
  Read read;
  F positions;
  template <pooling_policy P>
  friend auto operator|(const read_positions& f, const P& policy) {
    return f.read | (f.positions | policy);
  }
};
template <element_function R, position_function F>
read_positions<R, F> operator|(const R& read, const F& positions) {
  return {read, positions};
}
template <position_function F, class P>
  requires(!pooling_policy<P>)
detail::nothing operator|(const F&, const P&) CNNPOOL_UNAVAILABLE("cnnpool::operator|: what stands behind unit_positions{} or each_position(stage) is a policy, e.g. unit_positions{} | gem{} | l2{}");

}  // namespace cnnpool
