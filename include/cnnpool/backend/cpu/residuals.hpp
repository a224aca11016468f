// Sums of residuals by group. For every group the sums of a run of channels stay in registers while its positions pass,
// in logical order; the threads share images and runs of channels. Maps whose channels are not adjacent numbers of the
// accumulator's type are copied position by position first, a run of channels at a time.
#pragma once

#include "lane_tools.hpp"
#include "product.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class X, class W, class A>
struct residuals_problem {
  static constexpr index channels = 64;  // per run

  const X& x;
  matrix<const A> groups, scales, weights;
  matrix<const W> centres;
  matrix<A> out;

  index runs() const { return (x.extents().c + channels - 1) / channels; }
  /// Bytes of a worker: a copy of a run, positions by group, where groups start.
  index copy() const { return x.extents().positions() * channels * static_cast<index>(sizeof(A)); }
  index buffer() const {
    return copy() + (x.extents().positions() + centres.rows + 64) / 64 * 64 * static_cast<index>(sizeof(index));
  }
};

template <class X, class W, class A>
struct residuals_share {
  using problem = residuals_problem<X, W, A>;
  using T = typename X::value_type;
  static constexpr index run_channels = problem::channels;

  const problem& all;
  index first, last;
  char* buffer;

  template <class Level>
  CNNPOOL_INLINE void operator()() const {
    const reader<Level, T, decltype(all.x.read), A> read(all.x);
    index sorted = -1;
    for (index i = first; i < last; ++i) {
      const index n = i / all.runs(), c = i % all.runs() * run_channels, left = all.x.extents().c - c;
      if (n != sorted) sort(n);
      sorted = n;
      const index count = left < run_channels ? left : run_channels;
      const strides& st = all.x.view.stride();
      const bool adjacent = st.block == 1 && (st.c == 1 || all.x.extents().c == 1);
      if constexpr (std::is_same_v<T, A> && std::is_same_v<decltype(all.x.read), read_as_is>) {
        if (adjacent && count == run_channels) {
          add_groups<Level>(all.x.view.data() + n * st.n + c, st.h, st.w, n, c, count);
          continue;
        }
      }
      copy_run<Level>(read, n, c, count, adjacent);
      add_groups<Level>(copied(), all.x.extents().w * run_channels, run_channels, n, c, count);
    }
  }

 private:
  A* copied() const { return reinterpret_cast<A*>(buffer); }
  /// Positions by group, in logical order; group k ends at ends()[k].
  index* order() const { return reinterpret_cast<index*>(buffer + all.copy()); }
  index* ends() const { return order() + all.x.extents().positions(); }

  CNNPOOL_INLINE void sort(index n) const {
    const index positions = all.x.extents().positions(), clusters = all.centres.rows;
    for (index k = 0; k < clusters; ++k) ends()[k] = 0;
    for (index p = 0; p < positions; ++p) ++ends()[static_cast<index>(all.groups(n, p))];
    index start = 0;
    for (index k = 0; k < clusters; ++k) {
      const index size = ends()[k];
      ends()[k] = start;
      start += size;
    }
    for (index p = 0; p < positions; ++p) order()[ends()[static_cast<index>(all.groups(n, p))]++] = p;
  }

  template <class Level, class Reader>
  CNNPOOL_INLINE void copy_run(const Reader& read, index n, index c, index count, bool adjacent) const {
    using V = pack<A, level_width<Level, A, 32 / static_cast<int>(sizeof(A))>>;
    constexpr index N = width<V>;
    const shape& e = all.x.extents();
    const strides& st = all.x.view.stride();
    const bool turned = st.block == 1 && st.w == 1 && N > 1;
    for (index h = 0; h < e.h; ++h) {
      const T* const row = all.x.view.data() + n * st.n + h * st.h;
      A* const to = copied() + h * e.w * run_channels;
      index w = 0;
      if (turned)
        for (; w + N <= e.w; w += N) {
          index j = 0;
          for (; j + N <= count; j += N) {
            V square[array_size(N)];
            CNNPOOL_UNROLL(8)
            for (int i = 0; i < N; ++i) square[i] = read.template adjacent<V>(row + (c + j + i) * st.c + w);
            if constexpr (N > 1) transpose(square);
            CNNPOOL_UNROLL(8)
            for (int i = 0; i < N; ++i) stored(square[i], to + (w + i) * run_channels + j);
          }
          for (index i = 0; i < N; ++i)
            for (index k = j; k < count; ++k)
              to[(w + i) * run_channels + k] = read.one(row[(c + k) * st.c + (w + i) * st.w]);
        }
      for (; w < e.w; ++w) {
        index j = 0;
        if (adjacent)
          for (; j + N <= count; j += N)
            stored(read.template adjacent<V>(row + w * st.w + c + j), to + w * run_channels + j);
        for (; j < count; ++j) to[w * run_channels + j] = read.one(row[st.channel(c + j) + w * st.w]);
      }
      if (count < run_channels)
        for (w = 0; w < e.w; ++w)
          for (index j = count; j < run_channels; ++j) to[w * run_channels + j] = A(0);
    }
  }

  /// from: position (h, w) at h*by_row + w*by_column, run_channels adjacent numbers each.
  template <class Level>
  CNNPOOL_INLINE void add_groups(const A* from, index by_row, index by_column, index n, index c, index count) const {
    using V = pack<A, level_width<Level, A, 16>>;
    constexpr int M = static_cast<int>(run_channels) / width<V>, most = M < 8 ? M : 8;  // registers at a time
    const index columns = all.x.extents().w;
    const bool plain = all.scales.data == nullptr && all.weights.data == nullptr;
    index i = 0;
    for (index k = 0; k < all.centres.rows; ++k) {
      A centre[array_size(run_channels)] = {}, sum[array_size(run_channels)];
      for (index j = 0; j < count; ++j) centre[j] = static_cast<A>(all.centres(k, c + j));
      const index start = i;
      for (int m = 0; m < M; m += most) {
        V sums[array_size(most)];
        CNNPOOL_UNROLL(8)
        for (int r = 0; r < most; ++r) sums[r] = V(A(0));
        for (i = start; i < ends()[k]; ++i) {
          const index p = order()[i], h = p / columns;
          const A* const x = from + h * by_row + (p - h * columns) * by_column + m * width<V>;
          if (plain) {
            CNNPOOL_UNROLL(8)
            for (int r = 0; r < most; ++r)
              sums[r] = sums[r] + (loaded<V>(x + r * width<V>) - loaded<V>(centre + (m + r) * width<V>));
          } else {
            const V scale(all.scales.data == nullptr ? A(1) : all.scales(n, p));
            const V weight(all.weights.data == nullptr ? A(1) : all.weights(n, p));
            CNNPOOL_UNROLL(8)
            for (int r = 0; r < most; ++r)
              sums[r] = multiply_add(loaded<V>(x + r * width<V>) * scale - loaded<V>(centre + (m + r) * width<V>),
                                     weight, sums[r]);
          }
        }
        CNNPOOL_UNROLL(8)
        for (int r = 0; r < most; ++r) stored(sums[r], sum + (m + r) * width<V>);
      }
      i = ends()[k];
      for (index j = 0; j < count; ++j) all.out(n, k * all.x.extents().c + c + j) = sum[j];
    }
  }
};

}  // namespace cnnpool::detail
