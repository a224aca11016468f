// The nearest centre of every position: products and the smallest of |c|^2 - factor x.c in one go, positions in lanes.
//
// A block of positions is laid out channel by channel (whatever the layout and type of the map), and stays in the
// second-level cache while all centres are compared with it. Every lane sums its own products, channel by channel, so
// results do not depend on the block or the thread: |error| of a product <= (c + 1) u SUM |x c|. Of equally near
// centres the first wins.
#pragma once

#include "../../../kernel/primitives.hpp"
#include "contract.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class Read, class W, class A>
struct nearest_problem {
  reduction_geometry<A> p;  // its outputs are the channels, its elements the positions
  panel_source<A> from;
  line_packing<A> pack;
  Read read;
  matrix<const W> centres;
  store_nearest order;
  matrix<A> nearest;

  static constexpr index_t block = 128 / static_cast<index_t>(sizeof(A));  // two wide registers
  index_t blocks_per_image() const { return (p.elements.count + block - 1) / block; }
  index_t blocks() const { return p.images * blocks_per_image(); }
  index_t buffer() const { return block * p.outputs.count * static_cast<index_t>(sizeof(A)); }
};

template <class Read, class W, class A>
struct nearest_share {
  using problem = nearest_problem<Read, W, A>;

  const problem& all;
  index_t first, last;
  A* panel;  // channel by channel, `block` positions each

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    for (index_t b = first; b < last; ++b) {
      const index_t n = b / all.blocks_per_image(), p = b % all.blocks_per_image() * problem::block;
      const index_t left = all.p.elements.count - p, count = left < problem::block ? left : problem::block;
      fill<Target>(n, p, count);
      constexpr int V = target_width<Target, A, 16>;
      for (index_t i = 0; i < count; i += 2 * V) search<Target>(n, p, i, count);
    }
  }

 private:
  /// Puts positions p .. p+count-1 into the panel, repeating the last one up to a whole block.
  template <class Target>
  CNNPOOL_INLINE void fill(index_t n, index_t p, index_t count) const {
    constexpr index_t B = problem::block;
    const index_t channels = all.p.outputs.count;
    all.pack(all.from, {n * all.p.image_stride, all.p.outputs, 0, channels, all.p.elements, p, count}, panel, B);
    for (index_t c = 0; count < B && c < channels; ++c)
      for (index_t i = count; i < B; ++i) panel[c * B + i] = panel[c * B + count - 1];
    read_packed<Target>(all.read, panel, channels * B);
  }

  /// Compares two registers of positions, from i on, with all centres.
  template <class Target>
  CNNPOOL_INLINE void search(index_t n, index_t p, index_t i, index_t count) const {
    using V = pack<A, target_width<Target, A, 16>>;
    constexpr int K = Target::bytes == 64 ? 12 : Target::bytes == 32 ? 6 : 4;
    const index_t clusters = all.centres.rows;
    V best[2], at[2];
    best[0] = best[1] = V(limits<A>::above_all);
    at[0] = at[1] = V(A(0));
    index_t k = 0;
    for (; k + K <= clusters; k += K) some<V, K>(i, k, best, at);
    for (; k + 2 <= clusters; k += 2) some<V, 2>(i, k, best, at);
    if (k < clusters) some<V, 1>(i, k, best, at);
    A* const to = &all.nearest(n, p + i);
    const index_t there = count - i;
    stored(at[0], to, there < width<V> ? there : width<V>, all.nearest.col_stride);
    if (there > width<V>)
      stored(at[1], to + width<V> * all.nearest.col_stride, there < 2 * width<V> ? there - width<V> : width<V>,
             all.nearest.col_stride);
  }

  template <class V, int K>
  CNNPOOL_INLINE void some(index_t i, index_t k, V* best, V* at) const {
    const index_t channels = all.p.outputs.count;
    const W* from[array_size(K)];
    V sums[array_size(K)][2];
    CNNPOOL_UNROLL(12)
    for (int m = 0; m < K; ++m) {
      from[m] = &all.centres(k + m, 0);
      sums[m][0] = sums[m][1] = V(A(0));
    }
    const A* x = panel + i;
    for (index_t c = 0; c < channels; ++c, x += problem::block) {
      const V low = loaded<V>(x), high = loaded<V>(x + width<V>);
      CNNPOOL_UNROLL(12)
      for (int m = 0; m < K; ++m) {
        const V w(static_cast<A>(from[m][c]));
        sums[m][0] = multiply_add(low, w, sums[m][0]);
        sums[m][1] = multiply_add(high, w, sums[m][1]);
      }
    }
    const V factor(static_cast<A>(-all.order.factor));
    CNNPOOL_UNROLL(12)
    for (int m = 0; m < K; ++m) {
      const V norm(static_cast<A>(all.order.squared_norms(k + m, 0))), number(static_cast<A>(k + m));
      CNNPOOL_UNROLL(2)
      for (int r = 0; r < 2; ++r) {
        const V value = multiply_add(sums[m][r], factor, norm);
        const auto nearer = value < best[r];
        best[r] = select(nearer, value, best[r]);
        at[r] = select(nearer, number, at[r]);
      }
    }
  }
};

}  // namespace cnnpool::detail
