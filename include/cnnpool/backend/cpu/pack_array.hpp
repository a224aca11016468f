// pack<L, N> as a plain array: for compilers without vector extensions, for nvcc, and for CNNPOOL_NO_SIMD.
// Included only by pack.hpp. Lane for lane the same results as pack_vector.hpp.
#pragma once

#include "../../kernel/math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {
inline namespace CNNPOOL_CPU_LANES {

template <class L, int N>
struct pack_mask {
  bool v[array_size(N)];
  CNNPOOL_HD bool operator[](int i) const { return v[i]; }
  friend CNNPOOL_HD pack_mask operator|(const pack_mask& a, const pack_mask& b) {
    pack_mask r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] || b.v[i];
    return r;
  }
  friend CNNPOOL_HD pack_mask operator&(const pack_mask& a, const pack_mask& b) {
    pack_mask r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] && b.v[i];
    return r;
  }
};

template <class L, int N>
struct pack {
  using mask = pack_mask<L, N>;
  L v[array_size(N)];

  pack() = default;
  CNNPOOL_HD pack(L x) {
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) v[i] = x;
  }
  CNNPOOL_HD L operator[](int i) const { return v[i]; }
  CNNPOOL_HD void set(int i, L x) { v[i] = x; }

  friend CNNPOOL_HD pack operator+(const pack& a, const pack& b) {
    pack r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] + b.v[i];
    return r;
  }
  friend CNNPOOL_HD pack operator-(const pack& a, const pack& b) {
    pack r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] - b.v[i];
    return r;
  }
  friend CNNPOOL_HD pack operator-(const pack& a) {
    pack r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = -a.v[i];
    return r;
  }
  friend CNNPOOL_HD pack operator*(const pack& a, const pack& b) {
    pack r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] * b.v[i];
    return r;
  }
  friend CNNPOOL_HD pack operator/(const pack& a, const pack& b) {
    pack r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] / b.v[i];
    return r;
  }
  friend CNNPOOL_HD mask operator<(const pack& a, const pack& b) {
    mask r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] < b.v[i];
    return r;
  }
  friend CNNPOOL_HD mask operator>(const pack& a, const pack& b) { return b < a; }
  friend CNNPOOL_HD mask operator>=(const pack& a, const pack& b) {
    mask r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] >= b.v[i];
    return r;
  }
  friend CNNPOOL_HD mask operator<=(const pack& a, const pack& b) { return b >= a; }
  friend CNNPOOL_HD mask operator==(const pack& a, const pack& b) {
    mask r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] == b.v[i];
    return r;
  }
  friend CNNPOOL_HD mask operator!=(const pack& a, const pack& b) {
    mask r;
    CNNPOOL_UNROLL(16)
    for (int i = 0; i < N; ++i) r.v[i] = a.v[i] != b.v[i];
    return r;
  }
};

template <class L, int N>
CNNPOOL_HD pack<L, N> select(const pack_mask<L, N>& m, const pack<L, N>& a, const pack<L, N>& b) {
  pack<L, N> r;
  CNNPOOL_UNROLL(16)
  for (int i = 0; i < N; ++i) r.v[i] = m.v[i] ? a.v[i] : b.v[i];
  return r;
}

/// maximum and minimum of math.hpp, without a mask in between.
template <class L, int N>
CNNPOOL_HD pack<L, N> maximum(const pack<L, N>& m, const pack<L, N>& x) {
  pack<L, N> r;
  CNNPOOL_UNROLL(1)
  for (int i = 0; i < N; ++i) r.v[i] = m.v[i] > x.v[i] ? m.v[i] : x.v[i];
  return r;
}
template <class L, int N>
CNNPOOL_HD pack<L, N> minimum(const pack<L, N>& m, const pack<L, N>& x) {
  pack<L, N> r;
  CNNPOOL_UNROLL(1)
  for (int i = 0; i < N; ++i) r.v[i] = m.v[i] < x.v[i] ? m.v[i] : x.v[i];
  return r;
}
/// Loops of one step each: unrolled, they would become a branch per lane instead of a mask.
template <class L, int N>
CNNPOOL_HD pack<L, N> keep_nan(const pack<L, N>& result, const pack<L, N>& x) {
  pack<L, N> r;
  CNNPOOL_UNROLL(1)
  for (int i = 0; i < N; ++i) r.v[i] = x.v[i] == x.v[i] ? result.v[i] : x.v[i];
  return r;
}
template <class L, int N>
CNNPOOL_HD pack<L, N> absolute(const pack<L, N>& x) {
  pack<L, N> r;
  CNNPOOL_UNROLL(16)
  for (int i = 0; i < N; ++i) r.v[i] = cnnpool::kernel::absolute(x.v[i]);
  return r;
}
template <class L, int N>
CNNPOOL_HD pack<L, N> fenced(const pack<L, N>& x) {
  pack<L, N> r;
  CNNPOOL_UNROLL(16)
  for (int i = 0; i < N; ++i) r.v[i] = cnnpool::kernel::fenced(x.v[i]);
  return r;
}
template <class L, int N>
CNNPOOL_HD pack<L, N> multiply_add(const pack<L, N>& a, const pack<L, N>& b, const pack<L, N>& c) {
  return a * b + c;
}
template <int First, int M, class L, int N>
CNNPOOL_HD pack<L, M> lanes(const pack<L, N>& x) {
  pack<L, M> r;
  CNNPOOL_UNROLL(16)
  for (int i = 0; i < M; ++i) r.v[i] = x.v[First + i];
  return r;
}

/// Lane I of a (I < N) or lane I - N of b.
template <int... I, class L, int N>
CNNPOOL_HD pack<L, N> shuffled(const pack<L, N>& a, const pack<L, N>& b) {
  constexpr int from[] = {I...};
  pack<L, N> r;
  CNNPOOL_UNROLL(16)
  for (int i = 0; i < N; ++i) r.v[i] = from[i] < N ? a.v[from[i]] : b.v[from[i] - N];
  return r;
}

}  // namespace CNNPOOL_CPU_LANES
}  // namespace cnnpool::kernel
