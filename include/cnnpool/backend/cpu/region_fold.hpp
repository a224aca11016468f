// One fold over many boxes of a map, every element read and stepped once (region_plan.hpp).
//
// Lanes are channels from the cells on. NHWC is read that way; rows of NCHW are folded down the rows of a cell with
// lanes along the row, then a square of channels x columns is transposed, once per cell row instead of once per map row.
#pragma once

#include "region_plan.hpp"
#include "row_fold.hpp"

namespace cnnpool::detail {

template <class Level, class X, class F, class R, class A>
struct region_fold {
  using T = typename X::value_type;
  using Read = decltype(X::read);
  using L = A;
  using element_reader = reader<Level, T, Read, L>;
  static constexpr int N = level_width<Level, L, 32 / static_cast<int>(sizeof(L))>;
  using V = pack<L, N>;
  using state = typename F::template state<V>;

  const fold_problem<X, A>& p;
  const F& fold;
  const R& regions;
  const region_plan& plan;
  state* cells;  // room for (row_cells + 1) * col_cells states per N channels
  element_reader read;

  /// Channels first .. first+count-1 of image n, adjacent in memory (NHWC) or not more than the lanes of 32 bytes (NCHW).
  CNNPOOL_INLINE void operator()(index n, index first, index count) const {
    const index packs = (count + N - 1) / N, cell_count = plan.row_cells * plan.col_cells;
    for (index i = 0; i < cell_count * packs; ++i) cells[i] = fold.template init<V>();
    if (count > 1 && p.outputs.inner_stride == 1) step_channels(n, first, count, packs);
    else step_columns(n, first, count, packs);
    for (index t = 0; t < packs; ++t) merge_boxes(n, first + t * N, count - t * N < N ? count - t * N : N, t, packs);
  }

 private:
  CNNPOOL_INLINE state& cell(index row, index col, index t, index packs) const {
    return cells[(row * plan.col_cells + col) * packs + t];
  }

  CNNPOOL_INLINE void step_channels(index n, index first, index count, index packs) const {
    const strides& st = p.x.view.stride();
    const T* x = p.start(n, first);
    for (index r = 0; r < plan.row_cells; ++r)
      for (index h = plan.row_cut[r]; h < plan.row_cut[r + 1]; ++h)
        for (index c = 0; c < plan.col_cells; ++c)
          for (index t = 0; t < packs; ++t) {
            const index some = count - t * N;
            const auto f = for_channels<V>(fold, first + t * N, some < N ? some : N);
            const T* q = x + h * st.h + t * N;
            state s = cell(r, c, t, packs);
            for (index w = plan.col_cut[c]; w < plan.col_cut[c + 1]; ++w) {
              const T* e = q + w * st.w;
              s = f.step(s, e + N <= p.end ? read.template adjacent<V>(e) : read.template some<V>(e, some < N ? some : N));
            }
            cell(r, c, t, packs) = s;
          }
  }

  CNNPOOL_INLINE void step_columns(index n, index first, index count, index packs) const {
    const strides& st = p.x.view.stride();
    const index width_ = p.x.extents().w;
    for (index t = 0; t < packs; ++t)
      for (index r = 0; r < plan.row_cells; ++r)
        for (index w = 0; w < width_; w += N) {
          state square[N];
          const index channels = count - t * N < N ? count - t * N : N, columns = width_ - w < N ? width_ - w : N;
          for (int i = 0; i < N; ++i) {
            const index c = first + t * N + (i < channels ? i : 0);
            const auto f = for_channel<V>(fold, c);
            const T* x = p.start(n, c) + w * st.w;
            state s = f.template init<V>();
            for (index h = plan.row_cut[r]; h < plan.row_cut[r + 1] && i < channels; ++h)
              s = f.step(s, load_columns(x + h * st.h, st.w, columns));
            square[i] = s;
          }
          V column[N];
          for (int k = 0; k < components<V, state>; ++k) {
            for (int i = 0; i < N; ++i) column[i] = component<V>(square[i], k);
            transpose<L, N>(column);
            for (int i = 0; i < N; ++i) component<V>(square[i], k) = column[i];
          }
          for (index j = 0; j < columns; ++j) {
            state& s = cell(r, plan.col_cell[w + j], t, packs);
            s = fold.merge(s, square[j]);
          }
        }
  }

  CNNPOOL_INLINE V load_columns(const T* x, index stride, index count) const {
    if (stride == 1 && x + N <= p.end) return read.template adjacent<V>(x);
    T buffer[N] = {};
    copy_elements(buffer, x, count, stride);
    return read.template adjacent<V>(buffer);
  }

  CNNPOOL_INLINE void merge_boxes(index n, index first, index count, index t, index packs) const {
    const auto f = for_channels<V>(fold, first, count);
    state* rows = cells + plan.row_cells * plan.col_cells * packs;  // of the boxes with the same rows of cells
    index row_first = -1, row_last = -1;
    for (index k = 0; k < plan.count; ++k) {
      const region_plan::place& b = plan.places[k];
      if (b.row_first != row_first || b.row_last != row_last) {
        row_first = b.row_first;
        row_last = b.row_last;
        for (index c = 0; c < plan.col_cells; ++c) {
          state s = cell(row_first, c, t, packs);
          for (index r = row_first + 1; r < row_last; ++r) s = f.merge(s, cell(r, c, t, packs));
          rows[c] = s;
        }
      }
      state s = rows[b.col_first];
      for (index c = b.col_first + 1; c < b.col_last; ++c) s = f.merge(s, rows[c]);
      store(f, s, n, k, first, count);
    }
  }

  template <class G>
  CNNPOOL_INLINE void store(const G& f, const state& s, index n, index k, index first, index count) const {
    const box b = regions[k];
    const auto results = f.finish(s, b.h * b.w);
    constexpr int values_ = value_count<std::remove_cvref_t<decltype(results)>>;
    L* to = p.result + (n * plan.count + k) * p.by_image + first * p.by_output;
    for (int v = 0; v < values_; ++v) stored(value(results, v), to + v * p.by_value, count, p.by_output);
    if constexpr (requires { f.in_range(s); }) {
      const auto good = f.in_range(s);
      if (!all(good))
        for (int i = 0; i < count; ++i)
          if (!good[i]) recompute(n, k, first + i, b);
    }
  }

  [[gnu::noinline]] void recompute(index n, index k, index c, const box& b) const {
    const auto again = for_channel<L>(fold, c).template recompute<L>(
        b.h * b.w, [&](index i) { return element<L>(p.x, n, c, b.h0 + i / b.w, b.w0 + i % b.w); });
    for (int v = 0; v < value_count<std::remove_cvref_t<decltype(again)>>; ++v)
      p.result[(n * plan.count + k) * p.by_image + c * p.by_output + v * p.by_value] = value(again, v);
  }
};

}  // namespace cnnpool::detail
