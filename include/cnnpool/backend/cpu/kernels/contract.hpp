// Products: rows of an input against rows of weights, both summed along their elements in lanes.
//
// The rows are the positions of a map (elements: channels) or its channels (elements: positions). Every result has
// lanes of its own, taken in order and folded in halves, so its bits do not depend on which other rows are computed
// with it. Rows that are not adjacent numbers of the accumulator's type are copied, a block at a time.
#pragma once

#include "../panel/pack_lines.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Keeps x in its register: otherwise GCC may read memory again for every use, and loads cost more than the products.
template <class V>
CNNPOOL_INLINE void keep_in_register([[maybe_unused]] V& x) {
#if CNNPOOL_HAS_X86_ASM
  asm("" : "+v"(x.v));
#endif
}

/// Adds lane i and lane i + N/2, then N/4, ...
template <class L, int N>
CNNPOOL_INLINE L sum_of_lanes(const pack<L, N>& x) {
  if constexpr (N == 2) return x[0] + x[1];
  else return sum_of_lanes(lanes<0, N / 2>(x) + lanes<N / 2, N / 2>(x));
}

/// The results of one call: result j of row r of image n goes to out(n, j * rows of an image + r).
template <class Read, class W, class A>
struct contract_problem {
  static constexpr index_t block = 16;  // rows that are made ready together

  reduction_geometry<A> p;  // its outputs are the rows, its elements what is summed
  panel_source<A> from;
  line_packing<A> pack;
  Read read;
  const W* weights;
  index_t weights_stride, weights_image_stride, results;

  index_t rows_per_image() const { return p.outputs.count; }
  /// With weights of their own, images do not share blocks.
  bool shares_weights() const { return weights_image_stride == 0; }
  index_t blocks() const {
    if (shares_weights()) return (p.images * rows_per_image() + block - 1) / block;
    return p.images * ((rows_per_image() + block - 1) / block);
  }
  bool in_place() const {
    return from.in_place && std::is_same_v<Read, read_as_is> && p.elements.inner == p.elements.count &&
           (p.elements.inner_stride == 1 || p.elements.count == 1);
  }
  index_t buffer() const { return in_place() ? 0 : block * p.elements.count * static_cast<index_t>(sizeof(A)); }
};

/// A worker's share: blocks first .. last-1, each with results start .. stop-1.
template <class Read, class W, class A>
struct contract_share {
  using problem = contract_problem<Read, W, A>;

  const problem& all;
  index_t first, last, start, stop;
  A* buffer;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    const reduction_geometry<A>& p = all.p;
    const index_t rows = all.rows_per_image(), per_image = (rows + problem::block - 1) / problem::block;
    for (index_t b = first; b < last; ++b) {
      const bool shared = all.shares_weights();
      const index_t row = shared ? b * problem::block : b / per_image * rows + b % per_image * problem::block;
      const index_t end = shared ? p.images * rows : (b / per_image + 1) * rows;
      const index_t count = end - row < problem::block ? end - row : problem::block;
      const A* ready[array_size(problem::block)];
      if (all.in_place()) {
        for (index_t i = 0; i < count; ++i) ready[i] = all.from + p.at((row + i) / rows, (row + i) % rows);
      } else {
        copy_rows<Target>(row, count);
        for (index_t i = 0; i < count; ++i) ready[i] = buffer + i * p.elements.count;
      }
      multiply<Target>(ready, row, count);
    }
  }

 private:
  /// Rows row .. row+count-1 as adjacent numbers; they may belong to several images.
  template <class Target>
  CNNPOOL_INLINE void copy_rows(index_t row, index_t count) const {
    const reduction_geometry<A>& p = all.p;
    const index_t rows = all.rows_per_image(), elements = p.elements.count;
    for (index_t i = 0; i < count;) {
      const index_t image = (row + i) / rows, line = (row + i) % rows, left = rows - line;
      const index_t some = left < count - i ? left : count - i;
      all.pack(all.from, {image * p.image_stride, p.outputs, line, some, p.elements, 0, elements},
               buffer + i * elements, elements);
      i += some;
    }
    read_packed<Target>(all.read, buffer, count * elements);
  }

  template <class Target>
  CNNPOOL_INLINE void multiply(const A* const* ready, index_t row, index_t count) const {
    constexpr int M = Target::bytes == 64 || CNNPOOL_HAS_NEON ? 4 : 2, N = 4;
    const W* const weights = all.weights + row / all.rows_per_image() * all.weights_image_stride;
    for (index_t j = start; j < stop; j += N) {
      index_t i = 0;
      if (stop - j >= N) {
        for (; i + M <= count; i += M) tile<Target, M, N>(ready + i, weights, row + i, j);
        for (; i < count; ++i) tile<Target, 1, N>(ready + i, weights, row + i, j);
      } else {
        for (index_t k = j; k < stop; ++k)
          for (i = 0; i < count; ++i) tile<Target, 1, 1>(ready + i, weights, row + i, k);
      }
    }
  }

  template <class Target, int M, int N>
  CNNPOOL_INLINE void tile(const A* const* rows, const W* weights, index_t row, index_t j) const {
    using V = pack<A, target_width<Target, A, 16>>;
    constexpr index_t lanes_ = width<V>;
    const reduction_geometry<A>& p = all.p;
    const index_t elements = p.elements.count;
    const W* from[array_size(N)];
    for (int n = 0; n < N; ++n) from[n] = weights + (j + n) * all.weights_stride;
    V sums[array_size(M)][array_size(N)];
    CNNPOOL_UNROLL(4)
    for (int m = 0; m < M; ++m) {
      CNNPOOL_UNROLL(4)
      for (int n = 0; n < N; ++n) sums[m][n] = V(A(0));
    }
    index_t e = 0;
    for (; e + lanes_ <= elements; e += lanes_) {
      V x[array_size(M)];
      CNNPOOL_UNROLL(4)
      for (int m = 0; m < M; ++m) {
        x[m] = loaded<V>(rows[m] + e);
        keep_in_register(x[m]);
      }
      CNNPOOL_UNROLL(4)
      for (int n = 0; n < N; ++n) {
        V w = widened<Target, V>(from[n] + e);
        if constexpr (M > 1) keep_in_register(w);
        CNNPOOL_UNROLL(4)
        for (int m = 0; m < M; ++m) sums[m][n] = multiply_add(x[m], w, sums[m][n]);
      }
    }
    if (e < elements) {
      A x[array_size(M)][array_size(lanes_)] = {};
      W w[array_size(lanes_)] = {};
      for (int m = 0; m < M; ++m) copy_elements(x[m], rows[m] + e, elements - e, 1);
      CNNPOOL_UNROLL(4)
      for (int n = 0; n < N; ++n) {
        copy_elements(w, from[n] + e, elements - e, 1);
        CNNPOOL_UNROLL(4)
        for (int m = 0; m < M; ++m)
          sums[m][n] = multiply_add(loaded<V>(x[m]), widened<Target, V>(w), sums[m][n]);
      }
    }
    const index_t per_image = all.rows_per_image();
    CNNPOOL_UNROLL(4)
    for (int m = 0; m < M; ++m) {
      A* const to = p.result + (row + m) / per_image * p.by_image + (row + m) % per_image * p.by_output;
      CNNPOOL_UNROLL(4)
      for (int n = 0; n < N; ++n) to[(j + n) * p.by_value] = sum_of_lanes(sums[m][n]);
    }
  }
};

}  // namespace cnnpool::detail
