// Folds whose elements lie side by side: a channel of NCHW, the channels of an NHWC pixel, a row of a matrix.
//
// Long rows: 256 bytes of lanes in flight (eight registers of AVX2: two adders times a latency of four cycles), half or
// a quarter of them if a state has more components. Rows of up to 128 elements: 32 bytes of lanes, as many rows at a
// time as a long row has registers, so that both are the same loop. Element e of a row of floats always goes to virtual
// lane e mod 64 (or 8), however wide a register is, and lanes are merged in halves: the same bits on every instruction
// set. Several rows are reduced jointly, so finish runs in all lanes too. Rows that are not adjacent numbers of the
// kernel's type come from a panel: the same bits again.
//
// The last, partial register of a row may load what follows the row inside the view's memory; a mask drops it.
#pragma once

#include "../pack_reduce.hpp"
#include "../panel/panel.hpp"
#include "store_results.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// The most outputs that reduce_rows and reduce_columns take at a time.
inline constexpr index_t row_tile = 64;
template <class L>
inline constexpr index_t column_tile = 8192 / static_cast<index_t>(sizeof(L));

struct no_weights {};

template <class Target, class T, class Read, class F, class W, class A>
struct reduce_rows {
  static constexpr bool up_to_avx2 = true;
  using L = A;
  static constexpr bool weighted = !std::is_same_v<W, no_weights>;
  static constexpr int in_short = 32 / static_cast<int>(sizeof(L));
  static constexpr int N = target_width<Target, L, in_short>;  // lanes of a register, of 32 bytes at most
  static constexpr index_t short_row = 128;
  using V = pack<L, N>;
  using state = typename F::template state<V>;
  static constexpr int parts = components<V, state>;
  /// Virtual lanes of a long row: eight registers of AVX2, fewer if a state has more components.
  static constexpr int in_long = (parts == 1 ? 8 : parts <= 2 ? 4 : 2) * in_short, in_row = in_long / N;
  /// Registers that are stepped together.
  static constexpr int R = Target::bytes > 16 ? in_row : parts <= 2 ? 4 : 2;
  static constexpr int group = R > N ? R : N;  // rows that are reduced jointly, or several times as many

  const reduction_geometry<A>& p;
  const panel_source<T>& from;
  const F& fold;
  W weights;  // per position, of one image
  reader<Target, T, Read, L> read;

  /// Outputs first .. first+count-1 of image n.
  CNNPOOL_INLINE void operator()(index_t n, index_t first, index_t count) const {
    // Not of T's, which are set to 0 where T is a class.
    alignas(64) unsigned char memory[array_size(panel_size<T> + in_long) * sizeof(T)];
    T* const panel = reinterpret_cast<T*>(memory);
    state reduced[array_size(row_tile / N)];
    if (p.elements.count > short_row) long_rows(n, first, count, panel, reduced);
    else short_rows(n, first, count, panel, reduced);
    // Finished together: the roots and divisions of several registers overlap, in their own time each would stand
    // alone.
    CNNPOOL_UNROLL(1)
    for (index_t i = 0; i < count; i += N) {
      const index_t rows = count - i < N ? count - i : N, o = first + i;
      store_results<V>(*this, for_channels<V>(fold, o, rows), reduced[i / N], n, o, rows);
    }
  }

  L one(index_t at) const { return read.one(from.one(at)); }

 private:
  CNNPOOL_INLINE void long_rows(index_t n, index_t first, index_t count, T* panel, state* reduced) const {
    const index_t total = p.elements.count, there = rows_in_place(n, first, count, total, in_long);
    const T* const in_place = from + p.at(n, first);
    L tail[array_size(weighted ? in_long : 1)] = {};  // weights of the last, partial block of a row
    if constexpr (weighted) copy_elements(tail, weights + total / in_long * in_long, total % in_long, 1);
    CNNPOOL_UNROLL(1)
    for (index_t i = 0; i < count; i += N) {
      const index_t rows = count - i < N ? count - i : N;
      state states[array_size(N)];
      CNNPOOL_UNROLL(1)
      for (index_t r = 0; r < rows; ++r) {
        const auto& f = for_channel<V>(fold, first + i + r);
        state acc[array_size(in_row)];
        CNNPOOL_UNROLL(16)
        for (int j = 0; j < in_row; ++j) acc[j] = f.template init<V>();
        const T* x = in_place + (i + r) * p.outputs.inner_stride;
        index_t done = 0, size = total, blocks = total / in_long, rest = total % in_long;
        do {
          if (i + r >= there) [[unlikely]] {
            size = total - done < panel_size<T> ? total - done : panel_size<T>;
            blocks = size / in_long, rest = size % in_long;
            from.load_line(p.at(n, first + i + r), p.elements, done, size, panel);
            x = panel;
          }
          step_row(first + i + r, acc, x, blocks, rest, done, tail);
          done += size;
        } while (__builtin_expect(done < total, 0));  // one turn, without a panel: the states stay in registers
        CNNPOOL_UNROLL(16)
        for (int half = in_row / 2; half > 0; half /= 2)
          CNNPOOL_UNROLL(16)
          for (int j = 0; j < half; ++j) acc[j] = f.merge(acc[j], acc[j + half]);
        states[r] = acc[0];
      }
      CNNPOOL_UNROLL(1)
      for (index_t r = rows; r < N; ++r) states[r] = states[0];  // lanes that nobody reads are numbers all the same
      reduced[i / N] = joint_reduction<L, N>(for_channels<V>(fold, first + i, rows), states);
    }
  }

  /// The registers of a row from x on, weighted from `done` on: all of them, or few at a time if a step is long.
  CNNPOOL_INLINE void step_row(index_t o, state* acc, const T* x, index_t blocks, index_t rest, index_t done,
                               const L* tail) const {
    with_form(fold, [&]<class G>(const G& form) CNNPOOL_LAMBDA {
      constexpr int some = takes_longer_than_reading<G> ? 2 : R;
      const auto& f = for_channel<V>(form, o);
      const auto step = [&](state* s) CNNPOOL_LAMBDA {
        CNNPOOL_UNROLL(1)
        for (int k = 0; k < in_row; k += some)
          step_registers<some>(f, s + k, x + k * N, blocks, rest - k * N, weights_at(done + k * N),
                               tail_at(tail, k * N));
      };
      if constexpr (some == in_row) step(acc);
      else in_memory<in_row>(acc, step);
    });
  }

  /// Some registers of a row, side by side; `rest` elements follow the blocks.
  template <int Some, class G>
  CNNPOOL_INLINE void step_registers(const G& f, state* acc, const T* x, index_t blocks, index_t rest, const L* w,
                                     const L* tail) const {
    state s[array_size(Some)];
    CNNPOOL_UNROLL(8)
    for (int j = 0; j < Some; ++j) s[j] = acc[j];
    for (index_t k = blocks; k > 0; --k) {
      CNNPOOL_UNROLL(8)
      for (int j = 0; j < Some; ++j) s[j] = stepped(f, s[j], x + j * N, w, j * N);
      x += in_long;
      if constexpr (weighted) w += in_long;
    }
    if (rest > 0) {
      const index_t more = rest > (Some - 1) * N ? Some : (rest + N - 1) / N;
      each_of<Some>(s, more, [&](state& t, index_t j) CNNPOOL_LAMBDA {
        const auto mask = first_lanes<V>(rest - j * N < N ? rest - j * N : N);
        t = select_state<V>(mask, stepped(f, t, x + j * N, tail, j * N), t);
      });
    }
    CNNPOOL_UNROLL(8)
    for (int j = 0; j < Some; ++j) acc[j] = s[j];
  }

  CNNPOOL_INLINE void short_rows(index_t n, index_t first, index_t count, T* panel, state* reduced) const {
    const index_t elements = p.elements.count;
    const bool single = elements % in_short == 1;
    const index_t total = single ? elements - 1 : elements, blocks = total / in_short, rest = total % in_short;
    const index_t there = rows_in_place(n, first, count, total, in_short);
    L tail[array_size(weighted ? in_short : 1)] = {};
    if constexpr (weighted) copy_elements(tail, weights + blocks * in_short, rest, 1);
    const T* x = from + p.at(n, first);
    index_t step = p.outputs.inner_stride, end = there;
    CNNPOOL_UNROLL(1)
    for (index_t i = 0; i < count; i += group, x += group * step) {
      if (i >= end) [[unlikely]] {
        end = i + load_rows(n, first + i, count - i, panel);
        x = panel;
        step = elements;
      }
      state states[array_size(group)];
      const index_t rows = count - i;
      CNNPOOL_UNROLL(1)
      for (int r = 0; r < group; r += R) {
        CNNPOOL_UNROLL(2)
        for (int k = 0; k < in_short / N; ++k) {
          state s[array_size(R)];
          with_form(fold, [&]<class G>(const G& form) CNNPOOL_LAMBDA {
            constexpr int some = takes_longer_than_reading<G> ? 2 : R;
            const auto step_some = [&](state* t) CNNPOOL_LAMBDA {
              CNNPOOL_UNROLL(1)
              for (int j = 0; j < R; j += some)
                step_rows<some>(form, t + j, x + (r + j) * step + k * N, step, blocks, rest - k * N, weights_at(k * N),
                                tail_at(tail, k * N), first + i, r + j, rows);
            };
            if constexpr (some == R) {
              step_some(s);
            } else {
              state in_loop[array_size(R)];
              step_some(in_loop);
              CNNPOOL_UNROLL(8)
              for (int j = 0; j < R; ++j) s[j] = in_loop[j];
            }
          });
          CNNPOOL_UNROLL(8)
          for (int j = 0; j < R; ++j)
            states[r + j] = k == 0 ? s[j] : channel(fold, first + i, r + j, rows).merge(states[r + j], s[j]);
        }
      }
      CNNPOOL_UNROLL(2)
      for (int r = 0; r < group; r += N) {
        if (r >= rows) break;
        const auto& g = for_channels<V>(fold, first + i + r, rows - r < N ? rows - r : N);
        state& all = reduced[(i + r) / N];
        all = joint_reduction<L, N>(g, states + r);
        if (!single) continue;
        const V last = read.template spread<V>(x + r * step + total, step);
        if constexpr (weighted) all = g.step(all, last, V(weights[total]));
        else all = g.step(all, last);
      }
    }
  }

  /// One register of each of some rows: outputs from o + r on, of which those from o + rows on are meaningless.
  template <int Some, class G>
  CNNPOOL_INLINE void step_rows(const G& form, state* s, const T* x, index_t step, index_t blocks, index_t rest,
                                const L* w, const L* tail, index_t o, index_t r, index_t rows) const {
    CNNPOOL_UNROLL(8)
    for (int j = 0; j < Some; ++j) s[j] = channel(form, o, r + j, rows).template init<V>();
    for (index_t k = blocks; k > 0; --k) {
      CNNPOOL_UNROLL(8)
      for (int j = 0; j < Some; ++j) s[j] = stepped(channel(form, o, r + j, rows), s[j], x + j * step, w, 0);
      x += in_short;
      if constexpr (weighted) w += in_short;
    }
    if (rest <= 0) return;
    const auto mask = first_lanes<V>(rest < N ? rest : N);
    each_of<Some>(s, Some, [&](state& t, index_t j) CNNPOOL_LAMBDA {
      t = select_state<V>(mask, stepped(channel(form, o, r + j, rows), t, x + j * step, tail, 0), t);
    });
  }

  /// f(s[j], j) for the first `count` states: two are unrolled, more are a loop.
  template <int Count, class Action>
  CNNPOOL_INLINE static void each_of(state* s, index_t count, const Action& f) {
    if constexpr (Count <= 2) {
      CNNPOOL_UNROLL(2)
      for (int j = 0; j < Count; ++j)
        if (j < count) f(s[j], j);
    } else {
      in_memory<Count>(s, [&](state* t) CNNPOOL_LAMBDA {
        CNNPOOL_UNROLL(1)
        for (index_t j = 0; j < count; ++j) f(t[j], j);
      });
    }
  }

  /// f on a copy of the states. What a loop that is not unrolled indexes stays in memory wherever it is used, so such a
  /// loop gets the copy, and loops that are unrolled keep the original.
  template <int Count, class Action>
  CNNPOOL_INLINE static void in_memory(state* s, const Action& f) {
    state t[array_size(Count)];
    CNNPOOL_UNROLL(16)
    for (int j = 0; j < Count; ++j) t[j] = s[j];
    f(t);
    CNNPOOL_UNROLL(16)
    for (int j = 0; j < Count; ++j) s[j] = t[j];
  }

  CNNPOOL_INLINE const L* weights_at(index_t i) const {
    if constexpr (weighted) return weights + i;
    else return nullptr;
  }
  CNNPOOL_INLINE static const L* tail_at(const L* tail, index_t i) { return weighted ? tail + i : tail; }
  template <class G>
  CNNPOOL_INLINE decltype(auto) channel(const G& form, index_t o, index_t r, index_t rows) const {
    return for_channel<V>(form, r < rows ? o + r : o);
  }
  /// x with the weights from w[i] on; w is ignored if there are no weights.
  template <class G>
  CNNPOOL_INLINE state stepped(const G& f, const state& s, const T* x, [[maybe_unused]] const L* w,
                               [[maybe_unused]] index_t i) const {
    if constexpr (weighted) return f.step(s, read.template adjacent<V>(x), loaded<V>(w + i));
    else return f.step(s, read.template adjacent<V>(x));
  }

  /// How many rows from the first on can be read where they lie, including whole registers past their ends.
  CNNPOOL_INLINE index_t rows_in_place(index_t n, index_t first, index_t count, index_t total, index_t block) const {
    const two_level_axis &e = p.elements, &o = p.outputs;
    const bool adjacent = e.inner == e.count && (e.inner_stride == 1 || e.count == 1) && o.inner == o.count;
    if (!from.in_place || !adjacent) return 0;
    const index_t step = o.inner_stride, space = p.end - (total + block - 1) / block * block - p.at(n, first);
    if (space < 0) return 0;
    const index_t rows = step > 0 && space / step + 1 < count ? space / step + 1 : count;
    return block == in_long ? rows : rows / group * group;
  }

  /// Loads as many of `left` short rows, from output o on, as fit the panel; repeats the last ones for a whole group.
  [[gnu::noinline]] index_t load_rows(index_t n, index_t o, index_t left, T* panel) const {
    const index_t elements = p.elements.count, fit = panel_size<T> / (elements > 0 ? elements : 1) / group * group;
    const index_t rows = left < fit ? left : fit;
    const two_level_axis& out = p.outputs;
    if (p.elements.inner_stride == 1 && p.elements.inner == elements && out.inner_stride == elements &&
        o % out.inner + rows <= out.inner) {
      from.load(p.at(n, o), 1, rows * elements, panel);
    } else {
      for (index_t i = 0; i < rows; ++i) from.load_line(p.at(n, o + i), p.elements, 0, elements, panel + i * elements);
    }
    for (index_t i = rows; i % group != 0; ++i)
      for (index_t j = 0; j < elements; ++j) panel[i * elements + j] = panel[j];
    return rows;
  }
};

}  // namespace cnnpool::detail
