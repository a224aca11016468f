// Elementwise work on matrices: out(i, j) = f(in(i, j)...), in lanes along the row.
#pragma once

#include "../../core/matrix.hpp"
#include "load.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Row i of an input, made ready once.
template <class V>
struct input_row {
  const lane_t<V>* p;
  index stride;
  CNNPOOL_INLINE V operator()(index j, index count) const {
    if (stride == 1 && count == width<V>) return loaded<V>(p + j);
    lane_t<V> buffer[width<V>] = {};
    copy_elements(buffer, p + j * stride, count, stride);
    return loaded<V>(buffer);
  }
};
template <class V>
struct repeated_row {
  V value;
  CNNPOOL_INLINE V operator()(index, index) const { return value; }
};
template <class V>
struct number_row {
  V first;
  CNNPOOL_INLINE V operator()(index j, index) const {
    return first + V(static_cast<lane_t<V>>(j));
  }
};

template <class V, class A>
CNNPOOL_INLINE input_row<V> row_of(const matrix<A>& m, index i) {
  return {&m(i, 0), m.col_stride};
}
template <class V, class A>
CNNPOOL_INLINE repeated_row<V> row_of(const per_row<A>& m, index i) {
  return {V(m.column(i, 0))};
}
template <class V>
CNNPOOL_INLINE repeated_row<V> row_of(row_index, index i) {
  return {V(static_cast<lane_t<V>>(i))};
}
template <class V>
CNNPOOL_INLINE number_row<V> row_of(column_index, index) {
  lane_t<V> numbers[width<V>];
  for (int k = 0; k < width<V>; ++k) numbers[k] = static_cast<lane_t<V>>(k);
  return {loaded<V>(numbers)};
}

template <class V, class A, class F, class... Rows>
CNNPOOL_INLINE void map_lanes(A* out, index stride, index cols, const F& f, const Rows&... rows) {
  constexpr index N = width<V>;
  index j = 0;
  if (stride == 1)
    for (; j + N <= cols; j += N) stored(f(rows(j, N)...), out + j);
  for (; j < cols; j += N) {
    const index count = cols - j < N ? cols - j : N;
    stored(f(rows(j, count)...), out + j * stride, count, stride);
  }
}

/// The inputs of a map. Not a tuple, which the standard libraries lay out differently: cnnpool::compiled may be built
/// with another one than the program.
template <class... In>
struct map_inputs {};
template <class First, class... Rest>
struct map_inputs<First, Rest...> {
  const First& first;
  map_inputs<Rest...> rest;
};
inline map_inputs<> inputs_of() { return {}; }
template <class First, class... Rest>
map_inputs<First, Rest...> inputs_of(const First& first, const Rest&... rest) {
  return {first, inputs_of(rest...)};
}

/// A worker's share: rows first .. last-1.
template <class A, class F, class... In>
struct map_share {
  static constexpr bool up_to_avx2 = true;

  const matrix<A>& out;
  const F& f;
  map_inputs<In...> in;
  index first, last;

  template <class Level>
  CNNPOOL_INLINE void operator()() const {
    for (index i = first; i < last; ++i) row<pack<A, level_width<Level, A, 64>>>(i, in);
  }

 private:
  template <class V, class First, class... Rest, class... Rows>
  CNNPOOL_INLINE void row(index i, const map_inputs<First, Rest...>& left, const Rows&... rows) const {
    row<V>(i, left.rest, rows..., row_of<V>(left.first, i));
  }
  template <class V, class... Rows>
  CNNPOOL_INLINE void row(index i, const map_inputs<>&, const Rows&... rows) const {
    map_lanes<V>(&out(i, 0), out.col_stride, out.cols, f, rows...);
  }
};

}  // namespace cnnpool::detail
