// Folds whose results lie side by side (the channels of NHWC and of channel blocks, the positions of an NCHW channel
// sum).
//
// A thread keeps the states of the results of up to 16 neighbouring bytes and takes every 8th element (in long columns:
// every 32nd); the states of the 8 (32) threads are merged in a fixed order.
#pragma once

#include "../kernel.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class X, class F, class W, class A>
struct column_blocks {
  using T = typename X::value_type;
  using fold_type = block_fold<X, F, W, A>;
  using state = typename fold_type::state;
  static constexpr int threads = 256;
  static constexpr int fitting(int wanted) {
    return wanted > 1 && threads * wanted * static_cast<int>(sizeof(state)) > 32768 ? fitting(wanted / 2) : wanted;
  }
  static constexpr int width = fitting(chunk_size<T>);

  fold_type fold;
  int splits;  // from the length of a column only: results do not depend on the batch
  index_t per_run, columns;

  explicit column_blocks(const fold_type& f) : fold(f), splits(f.p.elements.count >= 256 ? 32 : 8) {
    const two_level_axis& outputs = f.p.outputs;
    const index_t run = outputs.inner < outputs.count ? outputs.inner : outputs.count;
    per_run = (run + width - 1) / width;
    columns = (outputs.count + run - 1) / run * per_run;
  }

  CNNPOOL_HD int lanes() const { return threads / splits; }
  CNNPOOL_HD index_t per_image() const { return (columns + lanes() - 1) / lanes(); }
  CNNPOOL_HD index_t blocks() const { return fold.p.images * per_image(); }
  CNNPOOL_HD int steps() const { return 2; }
  CNNPOOL_HD int shared_bytes() const { return threads * width * static_cast<int>(sizeof(state)); }

  CNNPOOL_HD void run(int step, index_t block, int thread, char* shared) const {
    const auto& p = fold.p;
    const int lane = thread % lanes(), split = thread / lanes();
    const index_t n = block / per_image(), column = block % per_image() * lanes() + lane;
    if (column >= columns) return;
    const index_t start = column / per_run * p.outputs.inner, first = start + column % per_run * width;
    const index_t stop = start + p.outputs.inner < p.outputs.count ? start + p.outputs.inner : p.outputs.count;
    if (first >= stop) return;  // the last run may be a short one
    const int count = stop - first < width ? static_cast<int>(stop - first) : width;
    state* const states = reinterpret_cast<state*>(shared) + thread * width;
    if (step == 0) {
      state s[array_size(width)];
      CNNPOOL_UNROLL(16)
      for (int k = 0; k < width; ++k) s[k] = fold.fold.template init<A>();
      take(s, n, first, count, split);
      CNNPOOL_UNROLL(16)
      for (int k = 0; k < width; ++k)
        if (k < count) states[k] = s[k];
    } else if (split == 0) {
      for (int k = 0; k < count; ++k) {
        const auto& f = for_channel<A>(fold.fold, first + k);
        state s = states[k];
        for (int other = 1; other < splits; ++other) s = f.merge(s, states[other * lanes() * width + k]);
        fold.store(f, s, n, first + k);
      }
    }
  }

 private:
  CNNPOOL_HD void take(state* s, index_t n, index_t first, int count, int split) const {
    const auto& p = fold.p;
    const T* const x = p.start(n, first);
    for (index_t i = split; i < p.elements.count; i += splits) {
      const T* const at = x + p.elements.offset(i);
      if (count == width && is_aligned<width>(at)) {
        const auto c = load_chunk<width>(at);
        CNNPOOL_UNROLL(16)
        for (int k = 0; k < width; ++k) s[k] = fold.stepped(for_channel<A>(fold.fold, first + k), s[k], c.v[k], n, i);
      } else {
        CNNPOOL_UNROLL(16)
        for (int k = 0; k < width; ++k)
          if (k < count) s[k] = fold.stepped(for_channel<A>(fold.fold, first + k), s[k], at[k], n, i);
      }
    }
  }
};

}  // namespace cnnpool::detail
