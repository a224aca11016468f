// Sums of residuals by group: one pass over the positions, each adding to the row of its group. The positions of a group
// are added in logical order; the threads share images and runs of channels.
#pragma once

#include "load.hpp"
#include "product.hpp"

namespace cnnpool::detail {

template <class X, class W, class A>
struct residuals_problem {
  static constexpr index channels = 256;  // per run: their sums stay in the first cache

  const X& x;
  matrix<const A> groups, scales, weights;
  matrix<const W> centres;
  matrix<A> out;

  index channel_groups() const { return (x.extents().c + channels - 1) / channels; }
};

template <class X, class W, class A>
struct residuals_share {
  using problem = residuals_problem<X, W, A>;
  using T = typename X::value_type;

  const problem& all;
  index first, last;

  template <class Level>
  CNNPOOL_INLINE void operator()() const {
    const reader<Level, T, decltype(all.x.read), A> read(all.x);
    for (index i = first; i < last; ++i) {
      const index n = i / all.channel_groups(), c = i % all.channel_groups() * problem::channels;
      const index left = all.x.extents().c - c;
      run<Level>(read, n, c, left < problem::channels ? left : problem::channels);
    }
  }

 private:
  /// Channels c .. c+count-1 of image n.
  template <class Level, class Reader>
  CNNPOOL_INLINE void run(const Reader& read, index n, index c, index count) const {
    using V = pack<A, level_width<Level, A, 8>>;
    const shape& e = all.x.extents();
    const strides& st = all.x.view.stride();
    for (index k = 0; k < all.centres.rows; ++k)
      for (index j = 0; j < count; ++j) sum(n, k, c + j) = 0;
    const bool adjacent = all.out.col_stride == 1 && (st.block == 1 ? st.c == 1 || e.c == 1 : false);
    for (index h = 0; h < e.h; ++h)
      for (index w = 0; w < e.w; ++w) {
        const index p = h * e.w + w, k = static_cast<index>(all.groups(n, p));
        const A scale = all.scales.data == nullptr ? A(1) : all.scales(n, p);
        const A weight = all.weights.data == nullptr ? A(1) : all.weights(n, p);
        const T* const from = all.x.view.data() + n * st.n + h * st.h + w * st.w;
        index j = 0;
        if (adjacent) {
          A* const to = &sum(n, k, c);
          const W* const centre = &all.centres(k, c);
          for (; j + width<V> <= count; j += width<V>) {
            const V residual = read.template adjacent<V>(from + c + j) * V(scale) - widened<Level, V>(centre + j);
            stored(multiply_add(residual, V(weight), loaded<V>(to + j)), to + j);
          }
        }
        for (; j < count; ++j) {
          const A residual = read.one(from[st.channel(c + j)]) * scale - static_cast<A>(all.centres(k, c + j));
          sum(n, k, c + j) += residual * weight;
        }
      }
  }
  CNNPOOL_INLINE A& sum(index n, index k, index channel) const { return all.out(n, k * all.x.extents().c + channel); }
};

}  // namespace cnnpool::detail
