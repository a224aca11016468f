// Folds over regions: a block keeps the whole map of a few channels in its shared memory, so that every position is
// read from the tensor once, however many regions it lies in. Four threads per region and channel take the rows in
// turn.
#pragma once

#include "../kernel.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class X, class F, class R, class A>
struct region_blocks {
  using state = typename F::template state<A>;
  static constexpr int threads = 256, splits = 4, shared_limit = 48 << 10;

  X x;
  F fold;
  R regions;
  matrix<A> out;
  int count, planes;  // regions, channels of a block

  region_blocks(const X& x_, const F& f, const R& r, const matrix<A>& out_)
      : x(x_), fold(f), regions(r), out(out_), count(static_cast<int>(r.size())) {
    const index_t room = (shared_limit - states_bytes()) / (x.extents().positions() * index_t{sizeof(A)});
    planes = static_cast<int>(room < 8 ? room : 8);
  }
  /// Whether a map of one channel fits into the shared memory of a block.
  static bool fits(const X& x) {
    return x.extents().positions() <= (shared_limit - states_bytes()) / static_cast<index_t>(sizeof(A));
  }

  CNNPOOL_HD index_t per_image() const { return (x.extents().c + planes - 1) / planes; }
  CNNPOOL_HD index_t blocks() const { return x.extents().n * per_image(); }
  CNNPOOL_HD int rounds() const { return (planes * count * splits + threads - 1) / threads; }
  CNNPOOL_HD int steps() const { return 1 + 2 * rounds(); }
  CNNPOOL_HD int shared_bytes() const {
    return states_bytes() + planes * static_cast<int>(x.extents().positions() * index_t{sizeof(A)});
  }

  CNNPOOL_HD void run(int step, index_t block, int thread, char* shared) const {
    const index_t n = block / per_image(), first = block % per_image() * planes;
    A* const maps = reinterpret_cast<A*>(shared + states_bytes());
    if (step == 0) return load(n, first, thread, maps);
    const int item = (step - 1) / 2 * threads + thread, split = item % splits, k = item / splits % count;
    const index_t c = first + item / splits / count;
    if (item >= planes * count * splits || c >= x.extents().c) return;
    const int w = static_cast<int>(x.extents().w);
    const box b = regions[k];
    const A* const corner =
        maps + (c - first) * x.extents().positions() + b.h0 * x.extents().w + b.w0;
    state* const own = reinterpret_cast<state*>(shared) + thread;
    const auto& f = for_channel<A>(fold, c);
    if (step % 2 == 1) {
      state s = f.template init<A>();
      for (int i = split; i < b.h; i += splits)
        for (int j = 0; j < b.w; ++j) s = f.step(s, corner[i * w + j]);
      *own = s;
    } else if (split == 0) {
      state s = *own;
      for (int other = 1; other < splits; ++other) s = f.merge(s, own[other]);
      const auto result = finished<A>(f, s, b.h * b.w, element_at{corner, b.w, w});
      store_values(result, out, n * count + k, c, x.extents().c);
    }
  }

 private:
  struct element_at {
    const A* corner;
    index_t width, row;
    CNNPOOL_HD A operator()(index_t i) const { return corner[i / width * row + i % width]; }
  };

  CNNPOOL_HD static constexpr int states_bytes() { return (threads * static_cast<int>(sizeof(state)) + 15) / 16 * 16; }

  CNNPOOL_HD void load(index_t n, index_t first, int thread, A* maps) const {
    const shape& e = x.extents();
    const int positions = static_cast<int>(e.positions()), w = static_cast<int>(e.w);
    const bool side_by_side = x.view.stride().channel(1) == 1;  // neighbours in memory go to neighbouring threads
    for (int i = thread; i < planes * positions; i += threads) {
      const int plane = side_by_side ? i % planes : i / positions, p = side_by_side ? i / planes : i % positions;
      if (first + plane < e.c) maps[plane * positions + p] = element<A>(x, n, first + plane, p / w, p % w);
    }
  }
};

}  // namespace cnnpool::detail
