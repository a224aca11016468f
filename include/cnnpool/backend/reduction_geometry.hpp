// The geometry of a fold: which elements one result is made of, and where the results go.
//
// A fold over positions and a fold over channels are the same thing with the axes exchanged: `count` outputs, each
// reduced over `count` elements, both two-level (rows and columns of a map, blocks and lanes of channels).
#pragma once

#include <initializer_list>
#include <utility>

#include "../kernel/source.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Element i of 0 .. count-1 is at (i / inner) * outer_stride + (i % inner) * inner_stride.
struct two_level_axis {
  index_t count = 1, inner = 1, outer_stride = 0, inner_stride = 0;

  CNNPOOL_HD index_t offset(index_t i) const {
    return inner == count ? i * inner_stride : (i / inner) * outer_stride + (i % inner) * inner_stride;
  }
  /// How far the farthest element is beyond the first: at a corner of the full blocks, or of the last, shorter one.
  index_t reach() const {
    const index_t blocks = (count - 1) / inner, first_block = count < inner ? count : inner;
    index_t most = 0;
    for (const index_t i : {first_block - 1, blocks * inner - 1, (blocks - 1) * inner, blocks * inner, count - 1})
      if (i >= 0 && offset(i) > most) most = offset(i);
    return most;
  }
};

inline two_level_axis positions_of(const shape& s, const strides& st) {
  const index_t n = s.h * s.w;
  if (s.w == 1) return {n, n, 0, st.h};
  if (s.h == 1 || st.h == s.w * st.w) return {n, n, 0, st.w};
  return {n, s.w, st.h, st.w};
}
inline two_level_axis channels_of(const shape& s, const strides& st) {
  if (st.block == 1) return {s.c, s.c, 0, st.c};
  return {s.c, st.block, st.c, st.in_block};
}

/// Where all folds of one primitive call read and write, in elements. Result k of output o of image n goes to result +
/// n*by_image + o*by_output + k*by_value.
template <class A>
struct reduction_geometry {
  index_t images, image_stride;
  two_level_axis outputs, elements;
  A* result;
  index_t by_image, by_output, by_value;
  index_t end;  // no element of the view is there or behind

  template <class X>
  reduction_geometry(const X& x, bool over_channels, const matrix<A>& out)
      : result(out.data), by_image(out.row_stride), by_output(out.col_stride) {
    const shape& s = x.extents();
    const strides& st = x.view.stride();
    images = s.n;
    image_stride = st.n;
    outputs = channels_of(s, st);
    elements = positions_of(s, st);
    if (over_channels) std::swap(outputs, elements);
    by_value = by_output * outputs.count;
    end = (image_stride > 0 ? (images - 1) * image_stride : 0) + outputs.reach() + elements.reach() + 1;
  }
  /// The first element of output o of image n.
  CNNPOOL_HD index_t at(index_t n, index_t o) const { return n * image_stride + outputs.offset(o); }
  /// One output per image: the images become the outputs.
  void images_as_outputs() {
    outputs = {images, images, 0, image_stride};
    by_output = by_image;
    images = 1;
  }
};

/// Whether the elements of an output lie side by side, rather than the outputs: a fold of rows, not of columns.
template <source_kind Kind, class A>
constexpr bool folds_rows(const reduction_geometry<A>& p) {
  if (Kind == source_kind::rows || Kind == source_kind::columns) return Kind == source_kind::rows;
  return p.elements.inner_stride == 1 || p.outputs.inner_stride != 1;
}

/// The rows and columns of a map.
struct map_geometry {
  index_t h, w, down, across;
};

/// The same, with what is read, for kernels that are compiled for its type.
template <class X, class A>
struct fold_problem : reduction_geometry<A> {
  using T = typename X::value_type;

  X x;

  CNNPOOL_HD const T* start(index_t n, index_t o) const { return x.view.data() + this->at(n, o); }

  fold_problem(const X& x_, bool over_channels, const matrix<A>& out)
      : reduction_geometry<A>(x_, over_channels, out), x(x_) {}
};

}  // namespace cnnpool::detail
