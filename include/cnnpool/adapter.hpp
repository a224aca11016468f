// as_view: from a framework's tensor to a view of the same memory, without a copy. The one extension point.
//
// There are three ways to teach it a type; the first that exists is used:
//   1. specialise `template <> struct cnnpool::adapter<my_tensor>` with
//      `static auto view(const my_tensor&, const hints&)`
//   2. a function `cnnpool_view(const my_tensor&, const cnnpool::hints&)` in the type's own namespace
//   3. include one of adapters/*.hpp, which specialise adapter for a framework's types
// view returns a feature_view, or an any_feature_view where the scalar type is known only at run time. In each way a
// type counts as the owner of its memory, so that as_view of a temporary is a compile-time error; an adapter of a type
// that only points to memory (a span) says `static constexpr bool owns = false`.
#pragma once

#include <concepts>
#include <ranges>
#include <span>
#include <string_view>

#include "core/any_feature_view.hpp"
#include "core/descriptors.hpp"
#include "core/token_view.hpp"
#include "kernel/matrix.hpp"
#include "kernel/source.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// What a tensor does not say about itself.
struct hints {
  /// One letter per axis, from n, c, h, w, in the tensor's own order; an axis left out has extent 1. Empty: c, nc, chw
  /// or nchw, by the number of axes.
  std::string_view axes = {};
  /// For 8-bit tensors that do not carry their own.
  quantization quantized = {};
};

template <class T>
struct adapter;

namespace detail {

template <class T>
inline constexpr bool is_view = false;
template <class T, class S>
inline constexpr bool is_view<feature_view<T, S>> = true;
template <class S>
inline constexpr bool is_view<basic_any_feature_view<S>> = true;
template <class S, class... T>
inline constexpr bool is_view<some_feature_view<S, T...>> = true;
template <class T, class S>
inline constexpr bool is_view<token_view<T, S>> = true;
template <class S>
inline constexpr bool is_view<basic_any_token_view<S>> = true;

template <class T>
inline constexpr bool is_source = false;
template <class V, class R, source_kind Kind>
inline constexpr bool is_source<source<V, R, Kind>> = true;

template <class T>
concept has_adapter = requires(const T& t, const hints& h) { adapter<T>::view(t, h); };
template <class T>
concept has_view_function = requires(const T& t, const hints& h) { cnnpool_view(t, h); };

/// A tensor's axes in its own order: extents and strides in elements, of the first four.
struct axes {
  index_t rank, extents[4] = {}, strides[4] = {};

  /// From what extent(i) and stride(i) say of axis i.
  template <class Extent, class Stride>
  axes(index_t count, const Extent& extent, const Stride& stride) : rank(count) {
    for (std::size_t i = 0; i < 4 && i < static_cast<std::size_t>(rank); ++i) {
      extents[i] = static_cast<index_t>(extent(i));
      strides[i] = static_cast<index_t>(stride(i));
    }
  }
};

struct geometry {
  shape extents;
  strides stride;
};

/// Shape and strides (in elements) from a tensor's axes; every adapter calls this.
inline geometry geometry_of(index_t rank, const index_t* extents, const index_t* element_strides, const hints& h,
                            const char* where) {
  constexpr std::string_view by_rank[] = {"", "c", "nc", "chw", "nchw"};
  std::string_view axes = h.axes;
  if (axes.empty()) {
    if (rank < 1 || rank > 4) raise(where, ": the tensor has ", rank, " axes, expected 1 to 4 (or hints{.axes})");
    axes = by_rank[rank];
  }
  if (static_cast<index_t>(axes.size()) != rank)
    raise(where, ": axes \"", axes, "\" name ", axes.size(), " axes, the tensor has ", rank);
  geometry g;
  unsigned seen = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = std::string_view("nchw").find(axes[i]);
    if (axis == std::string_view::npos || (seen >> axis & 1u) != 0)
      raise(where, ": axes \"", axes, "\", expected each of n, c, h, w at most once");
    seen |= 1u << axis;
    index_t* extent[] = {&g.extents.n, &g.extents.c, &g.extents.h, &g.extents.w};
    index_t* stride[] = {&g.stride.n, &g.stride.c, &g.stride.h, &g.stride.w};
    *extent[axis] = extents[i];
    *stride[axis] = element_strides[i];
  }
  return g;
}

/// An output whose rows have adjacent components; `kind` is the framework's name for it.
template <class T>
descriptor_span<T> output_rows(const char* kind, T* data, index_t rows, index_t cols, index_t row_stride,
                               index_t column_stride, const char* expected = "1") {
  if (cols > 1 && column_stride != 1)
    raise("pool_into: the ", kind, " output of ", rows, " x ", cols, " has a column stride of ", column_stride,
          ", expected ", expected);
  return {data, rows, cols, rows == 1 ? cols : row_stride};
}
/// The same by axes: one is one descriptor, two are rows of them.
template <class T>
descriptor_span<T> output_of_axes(const char* kind, T* data, const axes& a, const char* expected = "1") {
  if (a.rank == 1) return output_rows(kind, data, 1, a.extents[0], a.extents[0], a.strides[0], expected);
  if (a.rank != 2) raise("pool_into: the ", kind, " output has ", a.rank, " axes, expected 1 or 2");
  return output_rows(kind, data, a.extents[0], a.extents[1], a.strides[0], a.strides[1], expected);
}

}  // namespace detail

/// Everything that pool accepts as one batch.
template <class T>
concept viewable = detail::is_view<T> || detail::is_source<T> || detail::has_adapter<T> || detail::has_view_function<T>;

/// A range of views, each a batch of its own size.
template <class X>
concept view_list = std::ranges::forward_range<const X> && !viewable<X> &&
                    viewable<std::remove_cvref_t<std::ranges::range_value_t<const X>>>;

namespace detail {
template <class T>
decltype(auto) view_of(const T& t, const hints& h = {}) {
  if constexpr (is_view<T> || is_source<T>) return static_cast<const T&>(t);
  else if constexpr (has_adapter<T>) return adapter<T>::view(t, h);
  else return cnnpool_view(t, h);
}
template <class T>
inline constexpr bool owns_memory = !is_view<T> && !is_source<T> && !requires { requires !adapter<T>::owns; };
/// Of the type of an expression: whether the memory it shows is there when the expression has been evaluated.
template <class T>
inline constexpr bool outlives_expression = std::is_lvalue_reference_v<T> || !owns_memory<std::remove_cvref_t<T>>;
}  // namespace detail

/// A view of the tensor's memory. The tensor must outlive the view.
template <class T>
  requires(viewable<std::remove_cvref_t<T>> && detail::outlives_expression<T>)
auto as_view(T&& t, const hints& h = {}) {
  return detail::view_of<std::remove_cvref_t<T>>(t, h);
}
template <class T>
  requires(!viewable<std::remove_cvref_t<T>>)
detail::nothing as_view(T&&, const hints& = {}) CNNPOOL_UNAVAILABLE("cnnpool::as_view: no adapter for this type; include one of cnnpool/adapters/*.hpp or specialise adapter<T>");
template <class T>
  requires(viewable<std::remove_cvref_t<T>> && !detail::outlives_expression<T>)
detail::nothing as_view(T&&, const hints& = {}) CNNPOOL_UNAVAILABLE("cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name (or its adapter `owns = false`, if it only points to memory)");

namespace detail {
template <class T, class Space>
token_view<T, Space> tokens_of(const feature_view<T, Space>& x, const token_layout& layout) {
  return {x, layout};
}
template <class Space>
basic_any_token_view<Space> tokens_of(const basic_any_feature_view<Space>& x, const token_layout& layout) {
  return {x, layout};
}
}  // namespace detail

/// A view of a tensor of tokens, n x tokens x d (without n: axes "wc"; w stands for the axis of the tokens): a
/// token_view, or an any_token_view where the scalar type is known only at run time. The tensor must outlive it.
template <class T>
  requires(viewable<std::remove_cvref_t<T>> && detail::outlives_expression<T>)
auto as_tokens(T&& t, const token_layout& layout, const hints& h = {.axes = "nwc"}) {
  return detail::tokens_of(detail::view_of<std::remove_cvref_t<T>>(t, h), layout);
}
template <class T>
  requires(!viewable<std::remove_cvref_t<T>>)
detail::nothing as_tokens(T&&, const token_layout&, const hints& = {}) CNNPOOL_UNAVAILABLE("cnnpool::as_tokens: no adapter for this type; include one of cnnpool/adapters/*.hpp or specialise adapter<T>");
template <class T>
  requires(viewable<std::remove_cvref_t<T>> && !detail::outlives_expression<T>)
detail::nothing as_tokens(T&&, const token_layout&, const hints& = {}) CNNPOOL_UNAVAILABLE("cnnpool::as_tokens: a view of a temporary that owns its memory would dangle; give the tensor a name (or its adapter `owns = false`, if it only points to memory)");

namespace detail {

template <class D>
descriptor_span<D> output_of(descriptors<D>& out) {
  return out.span();
}
template <class D, class Space>
const descriptor_span<D, Space>& output_of(const descriptor_span<D, Space>& out) {
  return out;
}
template <class D>
descriptor_span<D> output_of(descriptor_row<D> out) {
  return {out.data(), 1, static_cast<index_t>(out.size())};
}
/// What only points to memory may be const itself: its adapter says so by taking it as const.
template <class T>
  requires requires(T& t) { adapter<std::remove_const_t<T>>::output(t); }
auto output_of(T& out) {
  return adapter<std::remove_const_t<T>>::output(out);
}

template <class Out>
using output_number = typename std::remove_cvref_t<decltype(output_of(std::declval<Out&>()))>::value_type;
/// What results can be written to: descriptors, a descriptor_span, a row of either, or an adapted matrix, of float or
/// double.
template <class Out>
concept has_output = requires(Out& out) { output_of(out); } &&
                     (std::is_same_v<output_number<Out>, float> || std::is_same_v<output_number<Out>, double>);

template <class D, class Space>
matrix<D> matrix_of(const descriptor_span<D, Space>& out) {
  return {out.data(), out.rows(), out.cols(), out.row_stride(), 1};
}

}  // namespace detail

}  // namespace cnnpool
