// What a policy reads: a view, and a function that is applied to every element while it is read (relu, or nothing).
#pragma once

#include "../core/feature_view.hpp"
#include "math.hpp"
#include "matrix.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

struct read_as_is {
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return x;
  }
};
template <class First, class Second>
struct read_both {
  First first;
  Second second;
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return second(first(x));
  }
};

/// What is known about a source at compile time beyond the view's type, so that a backend compiles less.
enum class source_kind {
  typed,    // nothing
  erased,   // an any_feature_view: its tiles may be converted to the accumulator first, for kernels of that type alone
  rows,     // of a matrix: the positions of a channel are adjacent, or read as if they were
  columns,  // of a matrix: the channels are adjacent
};

template <class View, class Read = read_as_is, source_kind Kind = source_kind::typed>
struct source {
  static constexpr source_kind kind = Kind;
  using value_type = typename View::value_type;
  using read_function = Read;
  using space = typename View::space;
  View view;
  Read read{};

  CNNPOOL_HD const shape& extents() const { return view.extents(); }
  source images(index_t first, index_t count) const { return {view.images(first, count), read}; }
  source crop(const box& b) const { return {view.crop(b), read}; }
  /// Another view, read in the same way.
  template <class Other>
  source<Other, Read, Kind> of(const Other& other) const {
    return {other, read};
  }
  template <class Next>
  source<View, read_both<Read, Next>, Kind> then(const Next& next) const {
    return {view, {read, next}};
  }
};

/// A stored element as a lane of type L: widened and dequantised.
template <class L, class T>
CNNPOOL_HD L as_lane(const T& stored, const quantization& q) {
  if constexpr (quantized_scalar<T>)
    return rounded_product(static_cast<L>(q.scale), static_cast<L>(stored) - static_cast<L>(q.zero_point));
  else if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>) return static_cast<L>(to_float(stored));
  else return static_cast<L>(stored);
}

/// Element (n, c, h, w) as a lane of type L, the read function applied.
template <class L, class View, class Read, source_kind Kind>
CNNPOOL_HD L element(const source<View, Read, Kind>& x, index_t n, index_t c, index_t h, index_t w) {
  return x.read(as_lane<L>(x.view(n, c, h, w), x.view.quantized()));
}

template <source_kind Kind = source_kind::typed, class View>
source<View, read_as_is, Kind> as_source(const View& view) {
  return {view, {}};
}

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
template <class X>
index_t image_bytes(const X& x) {
  return x.extents().c * x.extents().positions() * static_cast<index_t>(sizeof(typename X::value_type));
}
}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// The rows of a matrix as images of one channel: a fold over positions is then a fold over a row.
template <class Space, class A>
auto rows_as_images(const matrix<A>& m) {
  using T = std::remove_const_t<A>;
  return as_source<source_kind::rows>(
      feature_view<T, Space>(m.data, {m.rows, 1, 1, m.cols}, strides{m.row_stride, 0, 0, m.col_stride}));
}

/// The rows of a matrix as images of one position: n x c x 1 x 1.
template <class Space, class A>
auto rows_as_descriptors(const matrix<A>& m) {
  using T = std::remove_const_t<A>;
  return as_source(feature_view<T, Space>(m.data, {m.rows, m.cols, 1, 1}, strides{m.row_stride, m.col_stride, 0, 0}));
}

}  // namespace cnnpool::kernel
