// Folds whose outputs lie side by side: the channels of NHWC and of channel blocks, the positions of an NCHW channel
// sum.
//
// Lanes are outputs. Up to eight registers of them, four at a time, keep their states in registers while they read
// every element. More than that keep them in the first-level cache, so that memory is read in runs as long as a tile:
// four or eight elements of every output are stepped per visit, so loading and storing a state costs that much less.
// Every output takes its elements in runs of 64, in order, and adds up the runs: the same bits for any tile, register
// width and number of threads, and a rounding error that grows with N/64 instead of N.
#pragma once

#include "reduce_rows.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Columns and rows of a panel.
inline constexpr index_t panel_columns = 1024, panel_rows = 4;

template <class Target, class T, class Read, class F, class W, class A>
struct reduce_columns {
  static constexpr bool up_to_avx2 = false;
  using L = A;
  static constexpr bool weighted = !std::is_same_v<W, no_weights>;
  static constexpr int lanes_ = target_width<Target, L, 64>;
  static constexpr index_t tile = column_tile<L>, run = 64, panel_numbers = panel_columns * panel_rows;
  using V = pack<L, lanes_>;
  using state = typename F::template state<V>;

  const reduction_geometry<A>& p;
  const panel_source<T>& from;
  const F& fold;
  W weights;
  reader<Target, T, Read, L> read;

  /// Outputs first .. first+count-1 of image n, adjacent in memory, at most a tile.
  CNNPOOL_INLINE void operator()(index_t n, index_t first, index_t count) const {
    constexpr int most = components<V, state> == 1 ? 4 : 1;
    alignas(64) unsigned char memory[array_size(panel_numbers) * sizeof(T)];
    T* const panel = reinterpret_cast<T*>(memory);
    if (!differs_by_channel<F> && count > 8 * lanes_) return fold_tile(n, first, count, panel);
    for (index_t o = first; o < first + count;) {
      const index_t left = first + count - o;
      if (left > most / 2 * lanes_) fold_registers<most>(n, o, left, panel);
      else fold_registers<1>(n, o, left, panel);
    }
  }

  L one(index_t at) const { return read.one(from.one(at)); }

 private:
  /// Elements i .. i+rows-1 of `count` outputs, `pitch` apart in the panel.
  [[gnu::noinline]] void load(index_t at, index_t i, index_t rows, index_t count, index_t pitch, T* panel) const {
    for (index_t u = 0; u < rows; ++u) {
      from.load(at + p.elements.offset(i + u), 1, count, panel + u * pitch);
      for (index_t j = count; j < pitch; ++j) panel[u * pitch + j] = panel[u * pitch];
    }
  }

  /// The next P registers of outputs, or what is left.
  template <int P>
  CNNPOOL_INLINE void fold_registers(index_t n, index_t& o, index_t left, T* panel) const {
    constexpr index_t wide = P * lanes_, held = panel_numbers / wide < run ? panel_numbers / wide : run;
    const index_t at = p.at(n, o), total = p.elements.count, count = left < wide ? left : wide;
    const auto in_pack = [&](int j) CNNPOOL_LAMBDA -> index_t {
      const index_t rest = left - j * lanes_;
      return rest < 0 ? 0 : rest < lanes_ ? rest : lanes_;
    };
    const auto f = [&](int j) CNNPOOL_LAMBDA -> decltype(auto) {
      return for_channels<V>(fold, o + j * lanes_, in_pack(j));
    };
    state all[array_size(P)], s[array_size(P)];
    CNNPOOL_UNROLL(4)
    for (int j = 0; j < P; ++j) all[j] = f(j).template init<V>();
    for (index_t start = 0; start < total; start += run) {
      const index_t to = total - start < run ? total : start + run;
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < P; ++j) s[j] = f(j).template init<V>();
      with_form(fold, [&](const auto& form) CNNPOOL_LAMBDA {
        for (index_t i = start, ready = from.in_place ? to : start; i < to; ++i) {
          const index_t offset = at + p.elements.offset(i);
          const T* row = panel + (i - start) % held * wide;
          if (!from.in_place) {
            if (i == ready) {
              const index_t rows = to - i < held ? to - i : held;
              load(at, i, rows, count, wide, panel);
              ready = i + rows;
            }
          } else if (offset + wide <= p.end) {
            row = from + offset;
          } else {
            load(at, i, 1, count, wide, panel);  // a row whose last register would reach behind the view's memory
            row = panel;
          }
          CNNPOOL_UNROLL(4)
          for (int j = 0; j < P; ++j)
            s[j] = stepped(for_channels<V>(form, o + j * lanes_, in_pack(j)), s[j],
                           read.template adjacent<V>(row + j * lanes_), i);
        }
      });
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < P; ++j) all[j] = f(j).merge(all[j], s[j]);
    }
    for (int j = 0; j < P; ++j)
      if (j * lanes_ < left) store_results<V>(*this, f(j), all[j], n, o + j * lanes_, in_pack(j));
    o += wide;
  }

  template <class G>
  CNNPOOL_INLINE state stepped(const G& f, const state& s, const V& v, index_t i) const {
    if constexpr (weighted) return f.step(s, v, V(weights[i]));
    else return f.step(s, v);
  }

  CNNPOOL_INLINE void fold_tile(index_t n, index_t first, index_t count, T* panel) const {
    const index_t total = p.elements.count, packs = (count + lanes_ - 1) / lanes_, at = p.at(n, first);
    state all[array_size(tile / lanes_)], states[array_size(tile / lanes_)];
    CNNPOOL_UNROLL(1)
    for (index_t start = 0; start < total; start += run) {
      step_run(start == 0 ? all : states, at, start, total - start < run ? total : start + run, count, panel);
      if (start > 0)
        for (index_t j = 0; j < packs; ++j) all[j] = fold.merge(all[j], states[j]);
    }
    for (index_t j = 0; j < packs; ++j)
      store_results<V>(*this, fold, all[j], n, first + j * lanes_,
                       count - j * lanes_ < lanes_ ? count - j * lanes_ : lanes_);
  }

  /// Elements start .. to-1 of every output of a tile.
  CNNPOOL_INLINE void step_run(state* states, index_t at, index_t start, index_t to, index_t count, T* panel) const {
    for (index_t j = 0; j * lanes_ < count; ++j) states[j] = fold.template init<V>();
    // Eight rows that lie a multiple of 4 KiB apart, and the states, are more than a set of the first-level cache
    // holds.
    const bool same_set = from.in_place && p.elements.inner_stride * static_cast<index_t>(sizeof(T)) % 4096 == 0;
    // Narrow elements are half a line or less in 64 bytes of lanes: fewer rows at a time come back to it sooner.
    constexpr bool narrow = Target::bytes == 64 && sizeof(T) < sizeof(L);
    const index_t pitch = (count + lanes_ - 1) / lanes_ * lanes_, fit = panel_numbers / pitch;
    const index_t most = same_set || narrow || (!from.in_place && fit < 8) ? 4 : 8;
    const T* row[8];
    index_t ready = start;
    for (index_t i = start; i < to; i += most) {
      const index_t rows = to - i < most ? to - i : most;
      if (from.in_place) {
        for (index_t u = 0; u < rows; ++u) row[u] = from + (at + p.elements.offset(i + u));
      } else {
        const index_t held = fit < most ? most : fit / most * most;
        if (i >= ready) {
          ready = i + (to - i < held ? to - i : held);
          load(at, i, ready - i, count, pitch, panel);
          row[0] = panel;
        } else {
          row[0] += most * pitch;
        }
        for (index_t u = 1; u < rows; ++u) row[u] = row[0] + u * pitch;
      }
      step_rows(states, row, i, rows, count);
    }
  }

  /// Elements i .. i+rows-1, at most eight. Four steps are unrolled, not eight: a step may be long.
  CNNPOOL_INLINE void step_rows(state* states, const T* const* row, index_t i, index_t rows, index_t count) const {
    with_form(fold, [&](const auto& form) CNNPOOL_LAMBDA { step_rows_of(form, states, row, i, rows, count); });
  }
  template <class G>
  CNNPOOL_INLINE void step_rows_of(const G& form, state* states, const T* const* row, index_t i, index_t rows,
                                   index_t count) const {
    const index_t full = count / lanes_, rest = count % lanes_;
    const G f = form;  // no store of a state can change this one, so what it computes for all is computed once
    for (index_t j = 0; j < full; ++j) {
      const auto step = [&](const state& s, index_t u) CNNPOOL_LAMBDA {
        return stepped(f, s, read.template adjacent<V>(row[u] + j * lanes_), i + u);
      };
      state s = states[j];
      index_t u = 0;
      CNNPOOL_UNROLL(1)
      for (; u + 4 <= rows; u += 4)
        CNNPOOL_UNROLL(4)
        for (index_t v = 0; v < 4; ++v) s = step(s, u + v);
      CNNPOOL_UNROLL(1)
      for (; u < rows; ++u) s = step(s, u);
      states[j] = s;
    }
    if (rest == 0) return;
    CNNPOOL_UNROLL(1)
    for (index_t u = 0; u < rows; ++u) {
      const T* e = row[u] + full * lanes_;
      const bool whole = !from.in_place || e + lanes_ <= from + p.end;
      const V v = whole ? read.template adjacent<V>(e) : read.template some<V>(e, rest);
      states[full] = stepped(f, states[full], v, i + u);
    }
  }
};

}  // namespace cnnpool::detail
