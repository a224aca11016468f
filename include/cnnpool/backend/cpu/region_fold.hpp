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
  state* cells;  // as many as region_plan::states_for says
  element_reader read;

  /// Channels first .. first+count-1 of image n, adjacent in memory (NHWC) or not more than the lanes of 32 bytes (NCHW).
  CNNPOOL_INLINE void operator()(index n, index first, index count) const {
    const index packs = (count + N - 1) / N, cell_count = plan.row_cells * plan.col_cells;
    if (count > 1 && p.outputs.inner_stride == 1) {
      step_channels(n, first, count, packs);
    } else {
      const state nothing = fold.template init<V>();
      for (index i = 0; i < cell_count * packs && !plan.cells_are_positions; ++i) cells[i] = nothing;
      step_columns(n, first, count, packs);
    }
    for (index t = 0; t < packs; ++t) merge_boxes(n, first + t * N, count - t * N < N ? count - t * N : N, t, packs);
  }

 private:
  CNNPOOL_INLINE state& cell(index row, index col, index t, index packs) const {
    return cells[(row * plan.col_cells + col) * packs + t];
  }

  CNNPOOL_INLINE void step_channels(index n, index first, index count, index packs) const {
    constexpr int together = components<V, state> == 1 ? 8 : 2;  // registers of AVX2 that hold states
    index t = 0;
    for (; (t + together) * N <= count; t += together) step_packs<together>(n, first, together * N, t, packs);
    for (; t < packs; ++t) step_packs<1>(n, first, count - t * N < N ? count - t * N : N, t, packs);
  }

  /// Channels first + t*N .. +count-1, in `Packs` registers while a cell is read.
  template <int Packs>
  CNNPOOL_INLINE void step_packs(index n, index first, index count, index t, index packs) const {
    const index across = p.x.view.stride().w, down = p.x.view.stride().h, o = first + t * N;
    const T* const x = p.start(n, o);
    const T* const end = p.end;
    for (index r = 0; r < plan.row_cells; ++r)
      for (index c = 0; c < plan.col_cells; ++c) {
        const index rows = plan.row_cut[r + 1] - plan.row_cut[r], columns = plan.col_cut[c + 1] - plan.col_cut[c];
        const T* row = x + plan.row_cut[r] * down + plan.col_cut[c] * across;
        const auto f = [&](int u) { return for_channels<V>(fold, o + u * N, Packs > 1 ? N : count); };
        state s[array_size(Packs)];
        CNNPOOL_UNROLL(8)
        for (int u = 0; u < Packs; ++u) s[u] = f(u).template init<V>();
        for (index h = 0; h < rows; ++h, row += down) {
          const T* e = row;
          for (index w = 0; w < columns; ++w, e += across) {
            if (Packs > 1 || e + N <= end) {
              CNNPOOL_UNROLL(8)
              for (int u = 0; u < Packs; ++u) s[u] = f(u).step(s[u], read.template adjacent<V>(e + u * N));
            } else {
              s[0] = f(0).step(s[0], read.template some<V>(e, count));
            }
          }
        }
        CNNPOOL_UNROLL(8)
        for (int u = 0; u < Packs; ++u) cell(r, c, t + u, packs) = s[u];
      }
  }

  CNNPOOL_INLINE void step_columns(index n, index first, index count, index packs) const {
    const strides& st = p.x.view.stride();
    const shape& e = p.x.extents();
    const index down = st.h, across = st.w, next = p.outputs.inner_stride, row_cells = plan.row_cells;
    const index* const row_cut = plan.row_cut;
    const T* const end = p.end;
    for (index t = 0; t < packs; ++t) {
      const index channels = count - t * N < N ? count - t * N : N, c0 = first + t * N;
      const bool regular = channels == N && across == 1 && p.outputs.inner == p.outputs.count && down >= 0 && next >= 0;
      const T* const x = p.start(n, c0);
      const T* const last = x + (N - 1) * next + (e.h - 1) * down;
      for (index r = 0; r < row_cells; ++r)
        for (index w = 0; w < e.w; w += N) {
          const index columns = e.w - w < N ? e.w - w : N;
          state square[array_size(N)];
          CNNPOOL_UNROLL(8)
          for (int i = 0; i < N; ++i) square[i] = for_channel<V>(fold, c0 + (i < channels ? i : 0)).template init<V>();
          if (regular && last + w + N <= end) {
            const T* q = x + row_cut[r] * down + w;
            for (index h = row_cut[r + 1] - row_cut[r]; h > 0; --h, q += down)
              CNNPOOL_UNROLL(8)
              for (int i = 0; i < N; ++i)
                square[i] = for_channel<V>(fold, c0 + i).step(square[i], read.template adjacent<V>(q + i * next));
          } else {
            for (int i = 0; i < channels; ++i) {
              const auto f = for_channel<V>(fold, c0 + i);
              const T* q = p.start(n, c0 + i) + w * across;
              for (index h = row_cut[r]; h < row_cut[r + 1]; ++h)
                square[i] = f.step(square[i], load_columns(q + h * down, across, columns));
            }
          }
          merge_columns(square, &cell(r, 0, t, packs), packs, w, columns);
        }
    }
  }

  /// N channels of N columns, transposed and merged into the cells of their columns.
  CNNPOOL_INLINE void merge_columns(const state* square, state* row, index packs, index w, index columns) const {
    state turned[array_size(N)];
    CNNPOOL_UNROLL(8)
    for (int k = 0; k < components<V, state>; ++k) {
      V column[array_size(N)];
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < N; ++i) column[i] = component<V>(square[i], k);
      transpose<L, N>(column);
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < N; ++i) component<V>(turned[i], k) = column[i];
    }
    if (plan.cells_are_positions) {
      row += w * packs;
      CNNPOOL_UNROLL(8)
      for (int j = 0; j < N; ++j, row += packs)
        if (j < columns) *row = turned[j];
      return;
    }
    for (index j = 0; j < columns;) {
      const index c = plan.col_cell[w + j], cut = plan.col_cut[c + 1] - w, stop = cut < columns ? cut : columns;
      state s = row[c * packs];
      for (; j < stop; ++j) s = fold.merge(s, turned[j]);
      row[c * packs] = s;
    }
  }

  CNNPOOL_INLINE V load_columns(const T* x, index stride, index count) const {
    T buffer[array_size(N)] = {};
    copy_elements(buffer, x, count, stride);
    return read.template adjacent<V>(buffer);
  }

  /// Behind the cells: one row of them, for the boxes with the same rows of cells.
  CNNPOOL_INLINE state* rows_of_cells(index packs) const { return cells + plan.row_cells * plan.col_cells * packs; }

  CNNPOOL_INLINE void merge_boxes(index n, index first, index count, index t, index packs) const {
    const auto f = for_channels<V>(fold, first, count);
    state* rows = rows_of_cells(packs);
    const index across = plan.col_cells * packs;
    const index by_image = p.by_image, by_value = p.by_value, by_output = p.by_output;
    L* to = p.result + n * plan.count * by_image + first * by_output;
    index row_first = -1, row_last = -1;
    for (index k = 0; k < plan.count; ++k) {
      const region_plan::place b = plan.places[k];
      state s;
      if (plan.cells_are_positions) {
        s = f.template init<V>();
        state other = s;  // two chains of merges
        const state* row = &cell(b.row_first, b.col_first, t, packs);
        const index columns = b.col_last - b.col_first;
        for (index r = b.row_last - b.row_first; r > 0; --r, row += across) {
          const state* q = row;
          for (index c = columns / 2; c > 0; --c, q += 2 * packs) {
            s = f.merge(s, q[0]);
            other = f.merge(other, q[packs]);
          }
          if (columns % 2 != 0) s = f.merge(s, *q);
        }
        s = f.merge(s, other);
      } else {
        if (b.row_first != row_first || b.row_last != row_last) {
          row_first = b.row_first;
          row_last = b.row_last;
          const state* column = &cell(row_first, 0, t, packs);
          for (index c = 0; c < plan.col_cells; ++c, column += packs) {
            state m = *column;
            for (index r = 1; r < row_last - row_first; ++r) m = f.merge(m, column[r * across]);
            rows[c] = m;
          }
        }
        s = rows[b.col_first];
        for (index c = b.col_first + 1; c < b.col_last; ++c) s = f.merge(s, rows[c]);
      }
      const auto results = f.finish(s, b.positions);
      constexpr int values_ = value_count<std::remove_cvref_t<decltype(results)>>;
      CNNPOOL_UNROLL(8)
      for (int v = 0; v < values_; ++v) stored(value(results, v), to + v * by_value, count, by_output);
      to += by_image;
      if constexpr (requires { f.in_range(s); }) recompute_where_needed(f.in_range(s), n, k, first, count);
    }
  }

  template <class M>
  CNNPOOL_INLINE void recompute_where_needed(const M& good, index n, index k, index first, index count) const {
    if (all(good)) return;
    for (int i = 0; i < count; ++i)
      if (!good[i]) recompute(n, k, first + i, regions[k]);
  }
  [[gnu::noinline]] void recompute(index n, index k, index c, const box& b) const {
    const auto again = for_channel<L>(fold, c).template recompute<L>(
        b.h * b.w, on_host{[&](index i) { return element<L>(p.x, n, c, b.h0 + i / b.w, b.w0 + i % b.w); }});
    for (int v = 0; v < value_count<std::remove_cvref_t<decltype(again)>>; ++v)
      p.result[(n * plan.count + k) * p.by_image + c * p.by_output + v * p.by_value] = value(again, v);
  }
};

}  // namespace cnnpool::detail
