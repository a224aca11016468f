// out(i, j) = f(in(i, j)...) of matrices of one type, in lanes along the row.
#pragma once

#include "../../../kernel/matrix.hpp"
#include "../../transform_inputs.hpp"
#include "../load.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Row i of an input, prepared once.
template <class V>
struct input_row {
  const lane_t<V>* p;
  index_t stride;
  CNNPOOL_INLINE V operator()(index_t j, index_t count) const {
    if (stride == 1 && count == width<V>) return loaded<V>(p + j);
    lane_t<V> buffer[width<V>] = {};
    copy_elements(buffer, p + j * stride, count, stride);
    return loaded<V>(buffer);
  }
};
template <class V>
struct repeated_row {
  V value;
  CNNPOOL_INLINE V operator()(index_t, index_t) const { return value; }
};
template <class V>
struct number_row {
  V first;
  CNNPOOL_INLINE V operator()(index_t j, index_t) const {
    return first + V(static_cast<lane_t<V>>(j));
  }
};

template <class V, class A>
CNNPOOL_INLINE input_row<V> row_of(const matrix<A>& m, index_t i) {
  return {&m(i, 0), m.col_stride};
}
template <class V, class A>
CNNPOOL_INLINE repeated_row<V> row_of(const per_row<A>& m, index_t i) {
  return {V(m.column(i, 0))};
}
template <class V>
CNNPOOL_INLINE repeated_row<V> row_of(row_index, index_t i) {
  return {V(static_cast<lane_t<V>>(i))};
}
template <class V>
CNNPOOL_INLINE number_row<V> row_of(column_index, index_t) {
  lane_t<V> numbers[width<V>];
  for (int k = 0; k < width<V>; ++k) numbers[k] = static_cast<lane_t<V>>(k);
  return {loaded<V>(numbers)};
}

template <class V, class A, class F, class... Rows>
CNNPOOL_INLINE void transform_lanes(A* out, index_t stride, index_t cols, const F& f, const Rows&... rows) {
  constexpr index_t N = width<V>;
  index_t j = 0;
  if (stride == 1)
    for (; j + N <= cols; j += N) stored(f(rows(j, N)...), out + j);
  for (; j < cols; j += N) {
    const index_t count = cols - j < N ? cols - j : N;
    stored(f(rows(j, count)...), out + j * stride, count, stride);
  }
}

/// A worker's share: rows first .. last-1.
template <class A, class F, class... In>
struct transform_share {
  static constexpr bool up_to_avx2 = true;

  const matrix<A>& out;
  const F& f;
  transform_inputs<In...> in;
  index_t first, last;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    using V = pack<A, target_width<Target, A, 64>>;
    for (index_t i = first; i < last; ++i)
      in.apply([&](const auto& input) CNNPOOL_LAMBDA { return row_of<V>(input, i); },
               [&](const auto&... rows) CNNPOOL_LAMBDA {
                 transform_lanes<V>(&out(i, 0), out.col_stride, out.cols, f, rows...);
               });
  }
};

}  // namespace cnnpool::detail
