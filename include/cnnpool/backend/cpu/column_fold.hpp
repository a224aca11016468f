// Folds whose outputs lie side by side: the channels of NHWC and of channel blocks, the positions of an NCHW channel sum.
//
// Lanes are outputs. A tile of them keeps its states in the first-level cache; four elements of every output are stepped
// per visit, so that loading and storing states costs a quarter, and memory is read in long runs. Every output takes
// its elements in runs of 64, in order, and adds up the runs: the same bits for any tile, register width and number of
// threads, and a rounding error that grows with N/64 instead of N.
#pragma once

#include "row_fold.hpp"

namespace cnnpool::detail {

template <class Level, class X, class F, class W, class A>
struct column_fold {
  using T = typename X::value_type;
  using Read = decltype(X::read);
  using L = A;
  using element_reader = reader<Level, T, Read, L>;
  static constexpr bool weighted = !std::is_same_v<W, no_weights>;
  static constexpr int lanes_ = level_width<Level, L, 64>;
  static constexpr index tile = 2048 / static_cast<index>(sizeof(L)), run = 64;
  using V = pack<L, lanes_>;
  using state = typename F::template state<V>;

  const fold_problem<X, A>& p;
  const F& fold;
  W weights;
  element_reader read;

  template <class G>
  CNNPOOL_INLINE state stepped(const G& f, const state& s, const T* x, index count, index i) const {
    const V v = x + lanes_ <= p.end ? read.template adjacent<V>(x) : read.template some<V>(x, count);
    if constexpr (weighted) return f.step(s, v, V(weights[i]));
    else return f.step(s, v);
  }

  /// Outputs first .. first+count-1 of image n, adjacent in memory, at most a tile.
  CNNPOOL_INLINE void operator()(index n, index first, index count) const {
    const T* x = p.start(n, first);
    const index total = p.elements.count, packs = (count + lanes_ - 1) / lanes_;
    if constexpr (differs_by_channel<F>) {
      for (index j = 0; j < packs; ++j) {
        const index o = first + j * lanes_, some = count - j * lanes_ < lanes_ ? count - j * lanes_ : lanes_;
        const auto f = for_channels<V>(fold, o, some);
        state all = f.template init<V>();
        for (index from = 0; from < total; from += run) {
          const index to = total - from < run ? total : from + run;
          state s = f.template init<V>();
          for (index i = from; i < to; ++i) s = stepped(f, s, x + p.elements.offset(i) + j * lanes_, some, i);
          all = from == 0 ? s : f.merge(all, s);
        }
        store_results<V>(*this, f, all, n, o, some);
      }
    } else {
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
  }

 private:
  /// Elements from .. to-1 of every output.
  CNNPOOL_INLINE void step_run(state* states, const T* x, index from, index to, index count) const {
    const index packs = (count + lanes_ - 1) / lanes_, full = count / lanes_;
    for (index j = 0; j < packs; ++j) states[j] = fold.template init<V>();
    index i = from;
    for (; i + 4 <= to; i += 4) {
      const T* row[4];
      for (int u = 0; u < 4; ++u) row[u] = x + p.elements.offset(i + u);
      for (index j = 0; j < full; ++j) {
        state s = states[j];
        CNNPOOL_UNROLL(4)
        for (int u = 0; u < 4; ++u) {
          const V v = read.template adjacent<V>(row[u] + j * lanes_);
          if constexpr (weighted) s = fold.step(s, v, V(weights[i + u]));
          else s = fold.step(s, v);
        }
        states[j] = s;
      }
      if (full != packs)
        for (int u = 0; u < 4; ++u)
          states[full] = stepped(fold, states[full], row[u] + full * lanes_, count - full * lanes_, i + u);
    }
    for (; i < to; ++i)
      for (index j = 0; j < packs; ++j)
        states[j] = stepped(fold, states[j], x + p.elements.offset(i) + j * lanes_, count - j * lanes_, i);
  }
};

}  // namespace cnnpool::detail
