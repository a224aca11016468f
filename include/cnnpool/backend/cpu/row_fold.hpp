// Folds whose elements lie side by side: a channel of NCHW, the channels of an NHWC pixel, a row of a matrix.
//
// Long rows: 128 bytes of lanes in flight (four registers of AVX2: two adders times a latency of four cycles wait for
// the loads, not the other way round). Rows of up to 128 elements: 32 bytes of lanes, the next row overlaps in the
// pipeline. Element e of a row always meets virtual lane e mod 32 (or 8), whatever a register is wide, and lanes are
// merged in halves: the same bits on every instruction set. Several rows are reduced jointly, so finish runs in all
// lanes too. Rows that are not contiguous are gathered first, 1024 elements at a time: the same bits again.
//
// The last, partial register of a row may load what lies behind the row inside the view's memory; a mask drops it.
#pragma once

#include "lane_tools.hpp"
#include "../lines.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Outputs that a row_fold and a column_fold take at a time, at most.
inline constexpr index row_tile = 64;
template <class L>
inline constexpr index column_tile = 8192 / static_cast<index>(sizeof(L));

struct no_weights {
  struct tail {};
};

template <class Level, class X, class F, class W, class A>
struct row_fold {
  using T = typename X::value_type;
  using Read = decltype(X::read);
  using L = A;
  using element_reader = reader<Level, T, Read, L>;
  static constexpr bool weighted = !std::is_same_v<W, no_weights>;
  static constexpr int in_short = 32 / static_cast<int>(sizeof(L));
  static constexpr int N = level_width<Level, L, in_short>;  // lanes of a register, of 32 bytes at most
  static constexpr index short_row = 128, tile = row_tile;
  using V = pack<L, N>;
  using state = typename F::template state<V>;
  /// Lanes in flight in a long row: eight registers of AVX2 (two multiply-adders times a latency of four cycles),
  /// fewer where a state has more components, so that all of them stay in registers. Short rows that are stepped at
  /// the same time: as many as fill half of AVX2's registers.
  static constexpr int in_long = (components<V, state> == 1 ? 8 : components<V, state> <= 2 ? 4 : 2) * in_short;
  static constexpr int together =
      components<V, state> == 1 ? N : components<V, state> <= 2 && N > 4 ? 4 : N > 2 ? 2 : 1;

  const fold_problem<X, A>& p;
  const F& fold;
  W weights;  // per position, of one image
  element_reader read;

  /// Outputs first .. first+count-1 of image n. Everything that the rows share is computed here, once: the stores of
  /// results could alias it, and it would be loaded again for every row.
  CNNPOOL_INLINE void operator()(index n, index first, index count) const {
    if (p.elements.count > short_row) fold_rows<in_long>(n, first, count);
    else fold_rows<in_short>(n, first, count);
  }

 private:
  template <int Block>
  CNNPOOL_INLINE void fold_rows(index n, index first, index count) const {
    const index step = p.outputs.inner_stride;
    const bool single = Block == in_short && p.elements.count % Block == 1;
    const index total = single ? p.elements.count - 1 : p.elements.count;
    const index padded = (total + Block - 1) / Block * Block;
    const bool adjacent = p.elements.inner == p.elements.count &&
                          (p.elements.inner_stride == 1 || p.elements.count == 1) && p.outputs.inner == p.outputs.count;
    const T* last_start = p.end - padded;  // rows that start here or before end inside the view, padding included
    const T* start = p.start(n, first);
    L tail_weights[array_size(weighted ? Block : 1)] = {};  // of the last, partial block of a row
    if constexpr (weighted) copy_elements(tail_weights, weights + total / Block * Block, total % Block, 1);

    alignas(64) unsigned char memory[(N * short_row + Block) * sizeof(T)];
    T* buffer = reinterpret_cast<T*>(memory);
    state reduced[array_size(tile / N)];
    for (index i = 0; i < count; i += N) {
      const index rows = count - i < N ? count - i : N, o = first + i;
      state states[array_size(N)];
      const T* behind = nullptr;
      index next = step;
      if constexpr (Block == in_long) {
        CNNPOOL_UNROLL(1)
        for (int r = 0; r < rows; ++r) {
          const T* x = start + (i + r) * step;
          states[r] = long_row(n, o + r, x, adjacent && x <= last_start, total, buffer, tail_weights);
        }
        CNNPOOL_UNROLL(1)
        for (index r = rows; r < N; ++r) states[r] = states[0];  // lanes that nobody reads are numbers all the same
      } else {
        const T* x = start + i * step;
        if (!adjacent || rows < N || x > last_start || x + (N - 1) * step > last_start) {
          for (int r = 0; r < N; ++r)
            gather(p.start(n, r < rows ? o + r : o), 0, p.elements.count, buffer + r * short_row);
          x = buffer;
          next = short_row;
        }
        CNNPOOL_UNROLL(4)
        for (int r = 0; r < N; r += together)
          short_rows(o + (r < rows ? r : 0), rows - r, x + r * next, next, total, tail_weights, states + r);
        behind = x + total;
      }
      const auto f = for_channels<V>(fold, o, rows);
      state& all = reduced[i / N];
      all = joint_reduction<L, N>(f, states);
      if (single) {
        if constexpr (weighted) all = f.step(all, read.template spread<V>(behind, next), V(weights[total]));
        else all = f.step(all, read.template spread<V>(behind, next));
      }
    }
    // Finished together: the roots and divisions of several registers overlap, in their own time each would stand
    // alone.
    for (index i = 0; i < count; i += N) {
      const index rows = count - i < N ? count - i : N, o = first + i;
      store_results<V>(*this, for_channels<V>(fold, o, rows), reduced[i / N], n, o, rows);
    }
  }

  CNNPOOL_INLINE state long_row(index n, index o, const T* x, bool in_place, index total, T* buffer,
                                const L* tail) const {
    constexpr int Count = in_long / N;
    const auto f = for_channel<V>(fold, o);
    state acc[array_size(Count)];
    CNNPOOL_UNROLL(16)
    for (int j = 0; j < Count; ++j) acc[j] = f.template init<V>();
    if (in_place) {
      accumulate<Count, 1>(o, 1, acc, x, 0, weights_at(0), total, tail);
    } else {
      constexpr index chunk = N * short_row;
      for (index i = 0; i < total; i += chunk) {
        const index size = total - i < chunk ? total - i : chunk;
        gather(p.start(n, o), i, size, buffer);
        accumulate<Count, 1>(o, 1, acc, buffer, 0, weights_at(i), size, tail);
      }
    }
    CNNPOOL_UNROLL(16)
    for (int half = Count / 2; half > 0; half /= 2)
      CNNPOOL_UNROLL(16)
      for (int j = 0; j < half; ++j) acc[j] = f.merge(acc[j], acc[j + half]);
    return acc[0];
  }

  /// `together` rows from output o on; those from `rows` on mean nothing.
  CNNPOOL_INLINE void short_rows(index o, index rows, const T* x, index step, index total, const L* tail,
                                 state* states) const {
    constexpr int Count = in_short / N;
    state acc[array_size(together * Count)];
    CNNPOOL_UNROLL(8)
    for (int r = 0; r < together * Count; ++r) acc[r] = channel(o, r / Count, rows).template init<V>();
    accumulate<Count, together>(o, rows, acc, x, step, weights_at(0), total, tail);
    CNNPOOL_UNROLL(8)
    for (int r = 0; r < together; ++r)
      states[r] = Count == 1 ? acc[r] : channel(o, r, rows).merge(acc[r * Count], acc[r * Count + Count - 1]);
  }

  CNNPOOL_INLINE const L* weights_at(index i) const {
    if constexpr (weighted) return weights + i;
    else return nullptr;
  }
  CNNPOOL_INLINE auto channel(index o, int r, index rows) const { return for_channel<V>(fold, r < rows ? o + r : o); }

  /// `count` elements of every row into acc[row * Count ...]; the next row lies `step` behind. Virtual lane j*N + l
  /// takes the elements e with e mod Count*N == j*N + l.
  template <int Count, int Rows>
  CNNPOOL_INLINE void accumulate(index o, index rows, state* acc, const T* x, index step, const L* w, index count,
                                 const L* tail) const {
    constexpr index block = Count * N;
    state local[array_size(Rows * Count)];
    CNNPOOL_UNROLL(32)
    for (int i = 0; i < Rows * Count; ++i) local[i] = acc[i];
    for (index k = count / block; k > 0; --k) {
      CNNPOOL_UNROLL(32)
      for (int i = 0; i < Rows * Count; ++i)
        local[i] =
            stepped(channel(o, i / Count, rows), local[i], x + i / Count * step + i % Count * N, w, i % Count * N);
      x += block;
      if constexpr (weighted) w += block;
    }
    const index rest = count % block, full = rest / N, last = rest % N;
    CNNPOOL_UNROLL(16)
    for (int j = 0; j < Count - 1; ++j)
      if (j < full)
        CNNPOOL_UNROLL(8)
        for (int r = 0; r < Rows; ++r)
          local[r * Count + j] =
              stepped(channel(o, r, rows), local[r * Count + j], x + r * step + j * N, tail, j * N);
    if (last != 0) {
      const auto mask = first_lanes<V>(last);
      CNNPOOL_UNROLL(8)
      for (int r = 0; r < Rows; ++r) {
        CNNPOOL_UNROLL(16)
        for (int j = 0; j < Count; ++j)
          if (j == full) {
            state& s = local[r * Count + j];
            s = select_state<V>(mask, stepped(channel(o, r, rows), s, x + r * step + full * N, tail, full * N), s);
          }
      }
    }
    CNNPOOL_UNROLL(32)
    for (int i = 0; i < Rows * Count; ++i) acc[i] = local[i];
  }

  /// x with the weights from w[i] on; w means nothing without weights.
  template <class G>
  CNNPOOL_INLINE state stepped(const G& f, const state& s, const T* x, [[maybe_unused]] const L* w,
                               [[maybe_unused]] index i) const {
    if constexpr (weighted) return f.step(s, read.template adjacent<V>(x), loaded<V>(w + i));
    else return f.step(s, read.template adjacent<V>(x));
  }

  [[gnu::noinline]] void gather(const T* x, index first, index count, T* buffer) const {
    const lines& e = p.elements;
    index i = first, done = 0;
    while (done < count) {
      const index inner = i % e.inner, run = e.inner - inner < count - done ? e.inner - inner : count - done;
      copy_elements(buffer + done, x + e.offset(i), run, e.inner_stride);
      done += run;
      i += run;
    }
  }
};

/// Finishes a state whose lanes are outputs o .. o+count-1 and writes them; where the state left its range, the output
/// is computed again from its elements.
template <class V, class K, class G, class S>
CNNPOOL_INLINE void store_results(const K& kernel, const G& f, const S& s, index n, index o, index count) {
  using L = lane_t<V>;
  const auto& p = kernel.p;
  const auto results = f.finish(s, p.elements.count);
  L* to = p.result + n * p.by_image + o * p.by_output;
  constexpr int values_ = value_count<std::remove_cvref_t<decltype(results)>>;
  for (int k = 0; k < values_; ++k) {
    stored(value(results, k), to + k * p.by_value, count, p.by_output);
  }
  if constexpr (requires { f.in_range(s); }) {
    const auto good = f.in_range(s);
    if (!all(good))
      for (int i = 0; i < count; ++i)
        if (!good[i]) recompute_one<L>(kernel, n, o + i);
  }
}

template <class L, class K>
[[gnu::noinline]] void recompute_one(const K& kernel, index n, index o) {
  const auto& p = kernel.p;
  const auto* x = p.start(n, o);
  const auto again = for_channel<L>(kernel.fold, o).template recompute<L>(
      p.elements.count, on_host{[&](index i) { return kernel.read.one(x[p.elements.offset(i)]); }});
  for (int k = 0; k < value_count<std::remove_cvref_t<decltype(again)>>; ++k)
    p.result[n * p.by_image + o * p.by_output + k * p.by_value] = value(again, k);
}

}  // namespace cnnpool::detail
