// States of a fold, lane by lane: masked steps, and the joint reduction of as many states as a state has lanes.
#pragma once

#include "../../kernel/fold_traits.hpp"
#include "load.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// `yes` where the mask holds, `no` elsewhere, component by component.
template <class V, class S, class M>
CNNPOOL_INLINE S select_state(const M& mask, const S& yes, const S& no) {
  S r = no;
  CNNPOOL_UNROLL(8)
  for (int k = 0; k < components<V, S>; ++k)
    component<V>(r, k) = select(mask, component<V>(yes, k), component<V>(no, k));
  return r;
}

/// For packs of 32 bytes: {a's lower half, b's lower half} and {a's upper half, b's upper half}.
template <class L>
CNNPOOL_INLINE void exchange_halves(pack<L, 32 / sizeof(L)>& a, pack<L, 32 / sizeof(L)>& b) {
  using V = pack<L, 32 / sizeof(L)>;
  V low, high;
  if constexpr (sizeof(L) == 4) {
    low = shuffled<0, 1, 2, 3, 8, 9, 10, 11>(a, b);
    high = shuffled<4, 5, 6, 7, 12, 13, 14, 15>(a, b);
  } else {
    low = shuffled<0, 1, 4, 5>(a, b);
    high = shuffled<2, 3, 6, 7>(a, b);
  }
  a = low;
  b = high;
}

/// Within every 16 bytes: {a0, b0, a1, b1} and {a2, b2, a3, b3} (two lanes: {a0, b0} and {a1, b1}).
template <class L, int N>
CNNPOOL_INLINE void interleave(pack<L, N>& a, pack<L, N>& b) {
  pack<L, N> low, high;
  if constexpr (N == 8) {
    low = shuffled<0, 8, 1, 9, 4, 12, 5, 13>(a, b);
    high = shuffled<2, 10, 3, 11, 6, 14, 7, 15>(a, b);
  } else if constexpr (sizeof(L) == 4) {
    low = shuffled<0, 4, 1, 5>(a, b);
    high = shuffled<2, 6, 3, 7>(a, b);
  } else if constexpr (N == 4) {
    low = shuffled<0, 4, 2, 6>(a, b);
    high = shuffled<1, 5, 3, 7>(a, b);
  } else {
    low = shuffled<0, 2>(a, b);
    high = shuffled<1, 3>(a, b);
  }
  a = low;
  b = high;
}

/// A square of N packs of N lanes, transposed in place (16 or 32 bytes a pack).
template <class L, int N>
CNNPOOL_INLINE void transpose(pack<L, N>* r) {
  if constexpr (sizeof(L) * N == 32)
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < N / 2; ++i) exchange_halves<L>(r[i], r[i + N / 2]);
  constexpr int M = 16 / static_cast<int>(sizeof(L));
  CNNPOOL_UNROLL(8)
  for (int i = 0; i < N; i += M) {
    if constexpr (M == 4) {
      interleave(r[i], r[i + 2]);
      interleave(r[i + 1], r[i + 3]);
      interleave(r[i], r[i + 1]);
      interleave(r[i + 2], r[i + 3]);
    } else {
      interleave(r[i], r[i + 1]);
    }
  }
}

/// N states of N lanes become one state whose lane i is state i, its lanes merged: i with i + N/2, then N/4, ... The
/// order of merges is that of a single wide register folded in halves, so results do not depend on N.
template <class L, int N, class F, class S>
CNNPOOL_INLINE S joint_reduction(const F& f, S* rows) {
  using V = pack<L, N>;
  constexpr int K = components<V, S>;
  constexpr int count = sizeof(L) * N == 32 ? N / 2 : N;
  if constexpr (sizeof(L) * N == 32) {
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < N / 2; ++i) {
      CNNPOOL_UNROLL(8)
      for (int k = 0; k < K; ++k) exchange_halves<L>(component<V>(rows[i], k), component<V>(rows[i + N / 2], k));
      rows[i] = f.merge(rows[i], rows[i + N / 2]);
    }
  }
  CNNPOOL_UNROLL(8)
  for (int k = 0; k < K; ++k) {
    if (count == 4) {
      interleave(component<V>(rows[0], k), component<V>(rows[2], k));
      interleave(component<V>(rows[1], k), component<V>(rows[3], k));
      interleave(component<V>(rows[0], k), component<V>(rows[1], k));
      interleave(component<V>(rows[2], k), component<V>(rows[3], k));
    } else {
      interleave(component<V>(rows[0], k), component<V>(rows[1], k));
    }
  }
  if (count == 4) return f.merge(f.merge(rows[0], rows[2]), f.merge(rows[1], rows[3]));
  return f.merge(rows[0], rows[1]);
}

}  // namespace cnnpool::detail
