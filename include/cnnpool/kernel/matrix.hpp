// A strided matrix in any memory: what the backend primitives read and write. Like everything in namespace kernel, it
// is for those who write policies, not for those who use them.
#pragma once

#include <type_traits>

#include "../core/shape.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// rows x cols elements; a stride of 0 repeats one element (broadcast).
template <class A>
struct matrix {
  A* data = nullptr;
  index_t rows = 0, cols = 0;
  index_t row_stride = 0, col_stride = 1;

  template <class Const>  // a template, so that matrix<const A> has no conversion to itself, which nvcc warns of
    requires(std::is_same_v<Const, const A> && !std::is_const_v<A>)
  operator matrix<Const>() const {
    return {data, rows, cols, row_stride, col_stride};
  }
  CNNPOOL_HD A& operator()(index_t i, index_t j) const { return data[i * row_stride + j * col_stride]; }
  CNNPOOL_HD matrix columns(index_t first, index_t count) const {
    return {data + first * col_stride, rows, count, row_stride, col_stride};
  }
  CNNPOOL_HD matrix row_range(index_t first, index_t count) const {
    return {data + first * row_stride, count, cols, row_stride, col_stride};
  }
  /// Every step-th row, from `first`.
  CNNPOOL_HD matrix every(index_t step, index_t first) const {
    return {data + first * row_stride, rows / step, cols, row_stride * step, col_stride};
  }
};

/// An input of `transform`: a column, one element per row, which is the same along the row.
template <class A>
struct per_row {
  matrix<A> column;
};
/// An input of `transform` whose element (i, j) is i, or j.
struct row_index {};
struct column_index {};

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
using namespace kernel;
}  // namespace cnnpool::detail
