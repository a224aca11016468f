// Elementwise work on matrices: out(i, j) = f(in(i, j)...), in lanes along the row.
#pragma once

#include "../../core/matrix.hpp"
#include "load.hpp"

namespace cnnpool::detail {

template <class V, class A>
CNNPOOL_INLINE V lanes_of(const matrix<A>& m, index i, index j, index count) {
  const A* p = &m(i, j);
  if (m.col_stride == 0) return V(*p);
  if (m.col_stride == 1 && count == width<V>) return loaded<V>(p);
  lane_t<V> buffer[width<V>] = {};
  copy_elements(buffer, static_cast<const lane_t<V>*>(p), count, m.col_stride);
  return loaded<V>(buffer);
}
template <class V>
CNNPOOL_INLINE V lanes_of(row_index, index i, index, index) {
  return V(static_cast<lane_t<V>>(i));
}
template <class V>
CNNPOOL_INLINE V lanes_of(column_index, index, index j, index) {
  V r;
  for (int k = 0; k < width<V>; ++k) r.set(k, static_cast<lane_t<V>>(j + k));
  return r;
}

template <class Level, class A, class F, class... In>
CNNPOOL_INLINE void map_row(const matrix<A>& out, const F& f, index i, const In&... in) {
  using V = pack<A, level_width<Level, A, 64>>;
  constexpr index N = width<V>;
  for (index j = 0; j < out.cols; j += N) {
    const index count = out.cols - j < N ? out.cols - j : N;
    stored(f(lanes_of<V>(in, i, j, count)...), &out(i, j), count, out.col_stride);
  }
}

}  // namespace cnnpool::detail
