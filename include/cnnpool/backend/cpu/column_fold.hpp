// Folds whose outputs lie side by side: the channels of NHWC and of channel blocks, the positions of an NCHW channel
// sum.
//
// Lanes are outputs. Up to eight registers of them keep their states in registers while they read every element. More
// keep them in the first-level cache, so that memory is read in runs as long as a tile: eight elements of every output
// are stepped per visit, and loading and storing a state costs an eighth. Every output takes its elements in runs of
// 64, in order, and adds up the runs: the same bits for any tile, register width and number of threads, and a rounding
// error that grows with N/64 instead of N.
#pragma once

#include "row_fold.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class Level, class X, class F, class W, class A>
struct column_fold {
  using T = typename X::value_type;
  using Read = decltype(X::read);
  using L = A;
  using element_reader = reader<Level, T, Read, L>;
  static constexpr bool weighted = !std::is_same_v<W, no_weights>;
  static constexpr int lanes_ = level_width<Level, L, 64>;
  static constexpr index tile = column_tile<L>, run = 64;
  using V = pack<L, lanes_>;
  using state = typename F::template state<V>;

  const fold_problem<X, A>& p;
  const F& fold;
  W weights;
  element_reader read;

  /// Outputs first .. first+count-1 of image n, adjacent in memory, at most a tile.
  CNNPOOL_INLINE void operator()(index n, index first, index count) const {
    constexpr int most = components<V, state> == 1 ? 4 : 1;
    if (!differs_by_channel<F> && count > 8 * lanes_) return fold_tile(n, first, count);
    for (index o = first; o < first + count;) {
      const index left = first + count - o;
      if (left > most / 2 * lanes_) fold_registers<most>(n, o, left);
      else fold_registers<1>(n, o, left);
    }
  }

 private:
  /// The next P registers of outputs, or what is left.
  template <int P>
  CNNPOOL_INLINE void fold_registers(index n, index& o, index left) const {
    const T* const x = p.start(n, o);
    const index total = p.elements.count, wide = P * lanes_;
    const auto in_pack = [&](int j) CNNPOOL_LAMBDA -> index {
      const index rest = left - j * lanes_;
      return rest < 0 ? 0 : rest < lanes_ ? rest : lanes_;
    };
    const auto f = [&](int j) CNNPOOL_LAMBDA { return for_channels<V>(fold, o + j * lanes_, in_pack(j)); };
    T last[array_size(P * lanes_)] = {};  // a row whose last register would reach behind the view's memory
    state all[array_size(P)], s[array_size(P)];
    CNNPOOL_UNROLL(4)
    for (int j = 0; j < P; ++j) all[j] = f(j).template init<V>();
    for (index from = 0; from < total; from += run) {
      const index to = total - from < run ? total : from + run;
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < P; ++j) s[j] = f(j).template init<V>();
      for (index i = from; i < to; ++i) {
        const T* row = x + p.elements.offset(i);
        if (row + wide > p.end) {
          copy_elements(last, row, left < wide ? left : wide, 1);
          row = last;
        }
        CNNPOOL_UNROLL(4)
        for (int j = 0; j < P; ++j) s[j] = stepped(f(j), s[j], read.template adjacent<V>(row + j * lanes_), i);
      }
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < P; ++j) all[j] = f(j).merge(all[j], s[j]);
    }
    for (int j = 0; j < P; ++j)
      if (j * lanes_ < left) store_results<V>(*this, f(j), all[j], n, o + j * lanes_, in_pack(j));
    o += wide;
  }

  template <class G>
  CNNPOOL_INLINE state stepped(const G& f, const state& s, const V& v, index i) const {
    if constexpr (weighted) return f.step(s, v, V(weights[i]));
    else return f.step(s, v);
  }

  CNNPOOL_INLINE void fold_tile(index n, index first, index count) const {
    const T* x = p.start(n, first);
    const index total = p.elements.count, packs = (count + lanes_ - 1) / lanes_;
    state all[array_size(tile / lanes_)], states[array_size(tile / lanes_)];
    step_run(all, x, 0, total < run ? total : run, count);
    for (index from = run; from < total; from += run) {
      step_run(states, x, from, total - from < run ? total : from + run, count);
      for (index j = 0; j < packs; ++j) all[j] = fold.merge(all[j], states[j]);
    }
    for (index j = 0; j < packs; ++j)
      store_results<V>(*this, fold, all[j], n, first + j * lanes_,
                       count - j * lanes_ < lanes_ ? count - j * lanes_ : lanes_);
  }

  /// Elements from .. to-1 of every output of a tile.
  CNNPOOL_INLINE void step_run(state* states, const T* x, index from, index to, index count) const {
    for (index j = 0; j * lanes_ < count; ++j) states[j] = fold.template init<V>();
    // Eight rows that lie a multiple of 4 KiB apart, and the states, are more than a set of the first-level cache
    // holds.
    const bool same_set = p.elements.inner_stride * static_cast<index>(sizeof(T)) % 4096 == 0;
    // Narrow elements are half a line or less in 64 bytes of lanes: fewer rows at a time come back to it sooner.
    constexpr bool narrow = Level::bytes == 64 && sizeof(T) < sizeof(L);
    const index most = same_set || narrow ? 4 : 8;
    for (index i = from; i < to; i += most) step_rows(states, x, i, to - i < most ? to - i : most, count);
  }

  /// Elements i .. i+rows-1, at most eight. Four steps are written out, not eight: a step may be long.
  CNNPOOL_INLINE void step_rows(state* states, const T* x, index i, index rows, index count) const {
    const index full = count / lanes_, rest = count % lanes_;
    const F f = fold;  // no store of a state can change this one, so what it computes for all is computed once
    const T* row[8];
    for (index u = 0; u < rows; ++u) row[u] = x + p.elements.offset(i + u);
    for (index j = 0; j < full; ++j) {
      const auto step = [&](const state& s, index u) CNNPOOL_LAMBDA {
        return stepped(f, s, read.template adjacent<V>(row[u] + j * lanes_), i + u);
      };
      state s = states[j];
      index u = 0;
      CNNPOOL_UNROLL(1)
      for (; u + 4 <= rows; u += 4)
        CNNPOOL_UNROLL(4)
        for (index v = 0; v < 4; ++v) s = step(s, u + v);
      CNNPOOL_UNROLL(1)
      for (; u < rows; ++u) s = step(s, u);
      states[j] = s;
    }
    if (rest == 0) return;
    CNNPOOL_UNROLL(1)
    for (index u = 0; u < rows; ++u) {
      const T* e = row[u] + full * lanes_;
      const V v = e + lanes_ <= p.end ? read.template adjacent<V>(e) : read.template some<V>(e, rest);
      states[full] = stepped(f, states[full], v, i + u);
    }
  }
};

}  // namespace cnnpool::detail
