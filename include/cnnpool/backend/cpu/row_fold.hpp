// Folds whose elements lie side by side: a channel of NCHW, the channels of an NHWC pixel, a row of a matrix.
//
// Long rows: 128 bytes of lanes in flight (four registers of AVX2: two adders times a latency of four cycles wait for the
// loads, not the other way round). Rows of up to 128 elements: 32 bytes of lanes, the next row overlaps in the pipeline.
// Element e of a row always meets virtual lane e mod 32 (or 8), whatever a register is wide, and lanes are merged in
// halves: the same bits on every instruction set. Several rows are reduced jointly, so finish runs in all lanes too.
// Rows that are not contiguous are gathered first, 1024 elements at a time: the same bits again.
//
// The last, partial register of a row may load what lies behind the row inside the view's memory; a mask drops it.
#pragma once

#include "lane_tools.hpp"
#include "lines.hpp"

namespace cnnpool::detail {

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
  static constexpr int in_short = 32 / static_cast<int>(sizeof(L)), in_long = 128 / static_cast<int>(sizeof(L));
  static constexpr int wide = level_width<Level, L, in_long>;      // lanes of a register
  static constexpr int narrow = level_width<Level, L, in_short>;   // and at most 32 bytes
  static constexpr index chunk = 1024;
  using V = pack<L, narrow>;
  using state = typename F::template state<V>;

  const fold_problem<X, A>& p;
  const F& fold;
  W weights;  // per position, of one image
  element_reader read;

  /// count elements into Count registers of N lanes;
  template <int Count, int N, class G, class S>
  CNNPOOL_INLINE void accumulate(const G& f, S* acc, const T* x, const A* w, index count, const T* end) const {
    using P = pack<L, N>;
    index i = 0;
    for (; i + Count * N <= count; i += Count * N) {
#pragma GCC unroll 16
      for (int j = 0; j < Count; ++j) acc[j] = stepped<P>(f, acc[j], x + i + j * N, w + i + j * N);
    }
    const index full = (count - i) / N, last = (count - i) % N;
#pragma GCC unroll 16
    for (int j = 0; j < Count - 1; ++j)
      if (j < full) acc[j] = stepped<P>(f, acc[j], x + i + j * N, w + i + j * N);
    if (last == 0) return;
    const T* q = x + i + full * N;
    const P part = q + N <= end ? read.template adjacent<P>(q) : read.template some<P>(q, last);
    S s = f.template init<P>();
    if constexpr (weighted) {
      L weights_[N] = {};
      copy_elements(weights_, w + i + full * N, last, 1);
      s = select_state<P>(first_lanes<P>(last), f.step(s, part, loaded<P>(weights_)), s);
    } else {
      s = select_state<P>(first_lanes<P>(last), f.step(s, part), s);
    }
#pragma GCC unroll 16
    for (int j = 0; j < Count; ++j)
      if (j == full) acc[j] = f.merge(acc[j], s);
  }

  template <class P, class G, class S>
  CNNPOOL_INLINE S stepped(const G& f, const S& s, const T* x, const A* w) const {
    if constexpr (weighted) return f.step(s, read.template adjacent<P>(x), loaded<P>(w));
    else return f.step(s, read.template adjacent<P>(x));
  }

  /// One row, as a state of `narrow` lanes.
  template <int Virtual, int N, class G>
  CNNPOOL_INLINE state row(const G& f, const T* x) const {
    constexpr int Count = Virtual / N;
    using S = typename F::template state<pack<L, N>>;
    S acc[Count];
#pragma GCC unroll 16
    for (int j = 0; j < Count; ++j) acc[j] = f.template init<pack<L, N>>();
    const index count = p.elements.count;
    const A* w = nullptr;
    if constexpr (weighted) w = weights;
    const bool adjacent = p.elements.inner == count && (p.elements.inner_stride == 1 || count == 1);
    T buffer[chunk];
    const index step = adjacent ? count : chunk;
    for (index i = 0; i < count; i += step) {
      const index size = count - i < step ? count - i : step;
      if (!adjacent) gather(x, i, size, buffer);
      accumulate<Count, N>(f, acc, adjacent ? x : buffer, w + (weighted ? i : 0), size, adjacent ? p.end : buffer + chunk);
    }
#pragma GCC unroll 16
    for (int half = Count / 2; half > 0; half /= 2)
#pragma GCC unroll 16
      for (int j = 0; j < half; ++j) acc[j] = f.merge(acc[j], acc[j + half]);
    return halved<L, narrow, N>(f, acc[0]);
  }

  [[gnu::noinline]] void gather(const T* x, index first, index count, T* buffer) const {
    const lines& e = p.elements;
    index i = first, done = 0;
    while (done < count) {
      const index inner = i % e.inner, run = e.inner - inner < count - done ? e.inner - inner : count - done;
      const T* q = x + e.offset(i);
      for (index k = 0; k < run; ++k) buffer[done + k] = q[k * e.inner_stride];
      done += run;
      i += run;
    }
  }

  /// Outputs first .. first+count-1 of image n.
  CNNPOOL_INLINE void operator()(index n, index first, index count) const {
    const index last = first + count;
    const bool is_long = p.elements.count > 128;
    for (index o = first; o < last; o += narrow) {
      const index rows = last - o < narrow ? last - o : narrow;
      const auto f = for_channels<V>(fold, o, rows);
      state states[narrow];
      for (int i = 0; i < narrow; ++i) {
        const index row_ = o + (i < rows ? i : 0);
        if (i >= rows) states[i] = states[0];
        else if (is_long) states[i] = row<in_long, wide>(for_channel<pack<L, wide>>(fold, row_), p.start(n, row_));
        else states[i] = row<in_short, narrow>(for_channel<V>(fold, row_), p.start(n, row_));
      }
      const state s = joint_reduction<L, narrow>(f, states);
      store_results<V>(*this, f, s, n, o, rows);
    }
  }
};

/// Finishes a state whose lanes are outputs o .. o+count-1 and writes them; where the state left its range, the output is
/// computed again from its elements.
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
      p.elements.count, [&](index i) { return kernel.read.one(x[p.elements.offset(i)]); });
  for (int k = 0; k < value_count<std::remove_cvref_t<decltype(again)>>; ++k)
    p.result[n * p.by_image + o * p.by_output + k * p.by_value] = value(again, k);
}

}  // namespace cnnpool::detail
