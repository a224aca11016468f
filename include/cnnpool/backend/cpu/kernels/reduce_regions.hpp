// One fold over many boxes of a map, every element read and stepped once (region_plan.hpp).
//
// From the cells on, lanes are channels. NHWC is read that way; rows of NCHW are folded down the rows of a cell with
// lanes along the row, then a square of channels x columns is transposed, once per row of cells instead of once per map
// row. A row of cells is read where it lies, or from a copy if its rows are not adjacent or its last register would
// reach beyond the view: whole registers either way.
#pragma once

#include "../region_plan.hpp"
#include "reduce_rows.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Channels of NCHW that are merged together, with one decision about what to merge: eight registers of AVX2.
template <class L>
inline constexpr int region_channels = 256 / static_cast<int>(sizeof(L));

/// Where the elements of a row of cells lie, for some channels.
template <class T>
struct cell_rows {
  const T* x;
  index_t down, across, next;  // to the next row, column and channel
};

template <class Target, class T, class Read, class F, class A>
struct reduce_regions {
  using L = A;
  static constexpr int N = target_width<Target, L, 32 / static_cast<int>(sizeof(L))>;
  using V = pack<L, N>;
  using state = typename F::template state<V>;

  const reduction_geometry<A>& p;
  const panel_source<T>& from;
  const map_geometry& map;
  const F& fold;
  const region_plan& plan;
  state* cells;  // as many as region_plan::states_for says
  T* copies;     // as many as copies_for says
  reader<Target, T, Read, L> read;

  /// Maps with no more numbers than this are copied as a whole, not one row of cells at a time.
  static constexpr index_t whole_maps = 32768;
  /// The most numbers that rows_of copies at a time, of `channels` channels or fewer.
  static index_t copies_for(const region_plan& plan, index_t h, index_t w, index_t channels) {
    const index_t whole = h * w * channels < whole_maps ? h * w * channels : whole_maps;
    const index_t rows = plan.most_rows * w * channels;
    return (whole > rows ? whole : rows) + region_channels<L>;
  }

  /// Channels first .. first+count-1 of image n, adjacent in memory (NHWC) or at most region_channels (NCHW).
  CNNPOOL_INLINE void operator()(index_t n, index_t first, index_t count) const {
    const index_t packs = (count + N - 1) / N;
    const bool channels_last = count > 1 && p.outputs.inner_stride == 1;
    CNNPOOL_UNROLL(1)
    for (index_t r = 0; r < plan.row_cells; ++r) {
      const cell_rows<T> rows = rows_of(n, first, count, r, channels_last);
      if (channels_last) step_channels(rows, first, count, r, packs);
      else step_columns(rows, first, count, r, packs);
    }
    merge_boxes(n, first, count, packs);
  }

 private:
  CNNPOOL_INLINE state& cell(index_t row, index_t col, index_t t, index_t packs) const {
    return cells[(row * plan.col_cells + col) * packs + t];
  }

  [[gnu::noinline]] cell_rows<T> rows_of(index_t n, index_t first, index_t count, index_t r, bool channels_last) const {
    const index_t h0 = plan.row_cut[r], rows = plan.row_cut[r + 1] - h0, packs = (count + N - 1) / N;
    const index_t at = p.at(n, first) + h0 * map.down;
    const cell_rows<T> there{from + at, map.down, map.across, p.outputs.inner_stride};
    if (from.in_place && map.down >= 0 && map.across >= 0) {
      const index_t corner = at + (rows - 1) * map.down;
      if (channels_last) {
        if (corner + (map.w - 1) * map.across + packs * N <= p.end) return there;
      } else if (map.across == 1 && there.next >= 0 && p.outputs.inner == p.outputs.count && count % N == 0 &&
                 corner + (count - 1) * there.next + (map.w + N - 1) / N * N <= p.end) {
        return there;
      }
    }
    if (channels_last) {
      T* to = copies;
      for (index_t h = 0; h < rows; ++h)
        for (index_t w = 0; w < map.w; ++w, to += packs * N) {
          from.load(at + h * map.down + w * map.across, 1, count, to);
          for (index_t c = count; c < packs * N; ++c) to[c] = to[0];
        }
      return {copies, map.w * packs * N, packs * N, 1};
    }
    const index_t map_size = map.h * map.w;
    if (!from.in_place && there.next == map_size && map.down == map.w && map.across == 1 &&
        p.outputs.inner == p.outputs.count && packs * N * map_size <= whole_maps) {
      if (r == 0) {
        from.load(at, 1, count * map_size, copies);
        for (index_t i = count * map_size; i < packs * N * map_size + N; ++i) copies[i] = copies[0];
      }
      return {copies + h0 * map.w, map.w, 1, map_size};
    }
    for (index_t c = 0; c < packs * N; ++c)
      for (index_t h = 0; h < rows; ++h)
        from.load(p.at(n, first + (c < count ? c : 0)) + (h0 + h) * map.down, map.across, map.w,
                  copies + (c * rows + h) * map.w);
    for (index_t i = 0; i < N; ++i) copies[packs * N * rows * map.w + i] = copies[0];
    return {copies, map.w, 1, rows * map.w};
  }

  CNNPOOL_INLINE void step_channels(const cell_rows<T>& rows, index_t first, index_t count, index_t r,
                                    index_t packs) const {
    constexpr int together = components<V, state> == 1 ? 8 : 2;  // registers of AVX2 that hold states
    index_t t = 0;
    for (; (t + together) * N <= count; t += together) step_packs<together>(rows, first, together * N, r, t, packs);
    for (; t < packs; ++t) step_packs<1>(rows, first, count - t * N < N ? count - t * N : N, r, t, packs);
  }

  /// Channels first + t*N .. +count-1, in `Packs` registers while a cell is read.
  template <int Packs>
  CNNPOOL_INLINE void step_packs(const cell_rows<T>& from_, index_t first, index_t count, index_t r, index_t t,
                                 index_t packs) const {
    const index_t across = from_.across, rows = plan.row_cut[r + 1] - plan.row_cut[r];
    with_form(fold, [&](const auto& form) CNNPOOL_LAMBDA {
      const auto f = [&](int u) CNNPOOL_LAMBDA -> decltype(auto) {
        return for_channels<V>(form, first + (t + u) * N, Packs > 1 ? N : count);
      };
      for (index_t c = 0; c < plan.col_cells; ++c) {
        const index_t columns = plan.col_cut[c + 1] - plan.col_cut[c];
        const T* e = from_.x + t * N + plan.col_cut[c] * across;
        state s[array_size(Packs)];
        CNNPOOL_UNROLL(8)
        for (int u = 0; u < Packs; ++u) s[u] = first_state(f(u), read.template adjacent<V>(e + u * N));
        e += across;
        for (index_t h = 0, w = 1; h < rows; ++h, w = 0) {
          for (; w < columns; ++w, e += across)
            CNNPOOL_UNROLL(8)
            for (int u = 0; u < Packs; ++u) s[u] = f(u).step(s[u], read.template adjacent<V>(e + u * N));
          e += from_.down - columns * across;
        }
        CNNPOOL_UNROLL(8)
        for (int u = 0; u < Packs; ++u) cell(r, c, t + u, packs) = s[u];
      }
    });
  }

  CNNPOOL_INLINE void step_columns(const cell_rows<T>& from_, index_t first, index_t count, index_t r,
                                   index_t packs) const {
    state turned[array_size(region_channels<L>)];
    for (index_t w = 0; w < map.w; w += N) {
      for (index_t t = 0; t < packs; ++t) {
        state square[array_size(N)];
        step_square(from_.x + t * N * from_.next + w, from_, first, t, count, r, square);
        transpose_states(square);
        CNNPOOL_UNROLL(8)
        for (int j = 0; j < N; ++j) turned[j * packs + t] = square[j];
      }
      merge_columns(turned, &cell(r, 0, 0, packs), packs, w, map.w - w < N ? map.w - w : N);
    }
  }

  /// A register of columns of N channels, down the rows of cell row r: one state per channel.
  CNNPOOL_INLINE void step_square(const T* q, const cell_rows<T>& from_, index_t first, index_t t, index_t count,
                                  index_t r, state* square) const {
    const index_t rows = plan.row_cut[r + 1] - plan.row_cut[r], next = from_.next;
    with_form(fold, [&](const auto& form) CNNPOOL_LAMBDA {
      const auto f = [&](int i) CNNPOOL_LAMBDA -> decltype(auto) {
        const index_t c = t * N + i;
        return for_channel<V>(form, first + (c < count ? c : 0));
      };
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < N; ++i) square[i] = first_state(f(i), read.template adjacent<V>(q + i * next));
      const T* e = q;
      for (index_t h = 1; h < rows; ++h) {
        e += from_.down;
        CNNPOOL_UNROLL(8)
        for (int i = 0; i < N; ++i) square[i] = f(i).step(square[i], read.template adjacent<V>(e + i * next));
      }
    });
  }

  /// From lanes along the row to lanes along the channels.
  CNNPOOL_INLINE void transpose_states(state* square) const {
    CNNPOOL_UNROLL(8)
    for (int k = 0; k < components<V, state>; ++k) {
      V column[array_size(N)];
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < N; ++i) column[i] = component<V>(square[i], k);
      transpose<L, N>(column);
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < N; ++i) component<V>(square[i], k) = column[i];
    }
  }

  /// Merges columns w .. w+columns-1 into the cells of a row of cells.
  CNNPOOL_INLINE void merge_columns(const state* turned, state* row, index_t packs, index_t w, index_t columns) const {
    for (index_t j = 0; j < columns;) {
      const index_t c = plan.col_cell[w + j], cut = plan.col_cut[c + 1] - w, stop = cut < columns ? cut : columns;
      const bool begins = plan.col_cut[c] == w + j;
      for_packs(packs, [&]<int Packs>(index_t t) CNNPOOL_LAMBDA {
        state* const into = row + c * packs + t;
        merge_lines<Packs>(turned + j * packs + t, packs, stop - j, begins ? nullptr : into, into);
      });
      j = stop;
    }
  }

  /// f<Packs>(first) for registers 0 .. packs-1: as many at a time as fit into registers while they are merged.
  template <class Action>
  CNNPOOL_INLINE void for_packs(index_t packs, const Action& f) const {
    index_t t = 0;
    for (; t + 4 <= packs; t += 4) f.template operator()<4>(t);
    for (; t < packs; ++t) f.template operator()<1>(t);
  }

  /// The merge of `count` lines of states, `step` apart, goes to `into`; `before`, unless it is null, is merged first.
  template <int Packs>
  CNNPOOL_INLINE void merge_lines(const state* line, index_t step, index_t count, const state* before,
                                  state* into) const {
    state s[array_size(Packs)];
    CNNPOOL_UNROLL(8)
    for (int u = 0; u < Packs; ++u) s[u] = before == nullptr ? line[u] : fold.merge(before[u], line[u]);
    for (index_t i = 1; i < count; ++i) {
      line += step;
      CNNPOOL_UNROLL(8)
      for (int u = 0; u < Packs; ++u) s[u] = fold.merge(s[u], line[u]);
    }
    CNNPOOL_UNROLL(8)
    for (int u = 0; u < Packs; ++u) into[u] = s[u];
  }

  CNNPOOL_INLINE void merge_boxes(index_t n, index_t first, index_t count, index_t packs) const {
    // Behind the cells: one row of them, for the boxes with the same rows of cells.
    state* const rows = cells + plan.row_cells * plan.col_cells * packs;
    const index_t across = plan.col_cells * packs;
    index_t row_first = -1, row_last = -1;
    for (index_t k = 0; k < plan.count; ++k) {
      const region_plan::place b = plan.places[k];
      if (b.row_first != row_first || b.row_last != row_last) {
        row_first = b.row_first;
        row_last = b.row_last;
        for_packs(across, [&]<int Packs>(index_t i) CNNPOOL_LAMBDA {
          merge_lines<Packs>(cells + row_first * across + i, across, row_last - row_first, nullptr, rows + i);
        });
      }
      for_packs(packs, [&]<int Packs>(index_t t) CNNPOOL_LAMBDA {
        state s[array_size(Packs)];
        merge_lines<Packs>(rows + b.col_first * packs + t, packs, b.col_last - b.col_first, nullptr, s);
        store_box<Packs>(s, n, k, first + t * N, count - t * N);
      });
    }
  }

  /// Channels c .. c+count-1 of box k, at most those of `Packs` registers.
  template <int Packs>
  CNNPOOL_INLINE void store_box(const state* s, index_t n, index_t k, index_t c, index_t count) const {
    L* to = p.result + (n * plan.count + k) * p.by_image + c * p.by_output;
    if (count >= Packs * N && p.by_output == 1) {
      CNNPOOL_UNROLL(8)
      for (int u = 0; u < Packs; ++u, to += N)
        finish(s[u], n, k, c + u * N, N, [&](const V& x, int v) CNNPOOL_LAMBDA { stored(x, to + v * p.by_value); });
    } else {
      for (int u = 0; u < Packs; ++u, to += N * p.by_output) {
        const index_t left = count - u * N, in_pack = left < N ? left : N;
        finish(s[u], n, k, c + u * N, in_pack,
               [&](const V& x, int v) CNNPOOL_LAMBDA { stored(x, to + v * p.by_value, in_pack, p.by_output); });
      }
    }
  }
  template <class Store>
  CNNPOOL_INLINE void finish(const state& s, index_t n, index_t k, index_t c, index_t count, const Store& store) const {
    const auto& f = for_channels<V>(fold, c, count);
    const auto results = f.finish(s, plan.places[k].positions());
    CNNPOOL_UNROLL(8)
    for (int v = 0; v < value_count<std::remove_cvref_t<decltype(results)>>; ++v) store(value(results, v), v);
    for_each_unreliable(f, s, count,
                        [&](auto i) CNNPOOL_LAMBDA { store_exact(n, k, c + i, plan.places[k].region); });
  }

  [[gnu::noinline]] void store_exact(index_t n, index_t k, index_t c, const box& b) const {
    const index_t at = p.at(n, c);
    const auto again = for_channel<L>(fold, c).template exact<L>(b.h * b.w, on_host{[&](index_t i) {
      return read.one(from.one(at + (b.h0 + i / b.w) * map.down + (b.w0 + i % b.w) * map.across));
    }});
    for (int v = 0; v < value_count<std::remove_cvref_t<decltype(again)>>; ++v)
      p.result[(n * plan.count + k) * p.by_image + c * p.by_output + v * p.by_value] = value(again, v);
  }
};

}  // namespace cnnpool::detail
