// pack<L, N> on the vector extensions of GCC and clang. Included only by pack.hpp.
//
// No function takes or returns a raw vector: that would tie its ABI to the instruction set it was compiled for.
#pragma once

#include <cstdint>

#include "../../kernel/math.hpp"
#include "pack_wide.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

inline namespace CNNPOOL_CPU_LANES {

template <class L, int N>
struct pack_mask {
  using vector = typename detail::mask_of<L, N>::type;
  vector v;
  CNNPOOL_INLINE pack_mask() {}
  CNNPOOL_INLINE pack_mask(const pack_mask& o) : v(o.v) {}
  CNNPOOL_INLINE pack_mask& operator=(const pack_mask& o) {
    v = o.v;
    return *this;
  }
  friend CNNPOOL_INLINE pack_mask operator|(const pack_mask& a, const pack_mask& b) {
    pack_mask r;
    r.v = static_cast<vector>(a.v | b.v);
    return r;
  }
  friend CNNPOOL_INLINE pack_mask operator&(const pack_mask& a, const pack_mask& b) {
    pack_mask r;
    r.v = static_cast<vector>(a.v & b.v);
    return r;
  }
  CNNPOOL_INLINE bool operator[](int i) const {
    if constexpr (detail::by_instruction<L, N>) return (v >> i & 1) != 0;
    else return v[i] != 0;
  }
};

template <class L, int N>
struct pack {
  using vector = typename detail::vector_of<L, N>::type;
  using mask = pack_mask<L, N>;
  vector v;

  CNNPOOL_INLINE pack() {}
  /// A broadcast to 16 bytes, repeated. From a wider one GCC makes an insert per lane, because this constructor, until
  /// it is inlined, is code for baseline registers. x - 0 is x, also for -0 and NaN. At -Os the repetition would go
  /// through memory, in every turn of a loop.
  CNNPOOL_INLINE pack(L x) {
#if CNNPOOL_HAS_X86_ASM && defined(__OPTIMIZE_SIZE__)
    if constexpr (sizeof v >= 32) {
      if (!__builtin_constant_p(x)) {
        detail::broadcast(v, x);
        return;
      }
    }
#endif
    using quarter = typename detail::vector_of<L, 16 / static_cast<int>(sizeof(L))>::type;
    const quarter q = x - quarter{};
    CNNPOOL_UNROLL(4)
    for (unsigned i = 0; i < sizeof v; i += sizeof q) __builtin_memcpy(reinterpret_cast<char*>(&v) + i, &q, sizeof q);
  }
  CNNPOOL_INLINE pack(const pack& o) : v(o.v) {}
  CNNPOOL_INLINE pack& operator=(const pack& o) {
    v = o.v;
    return *this;
  }
  CNNPOOL_INLINE L operator[](int i) const { return v[i]; }
  CNNPOOL_INLINE void set(int i, L x) { v[i] = x; }

  friend CNNPOOL_INLINE pack operator+(const pack& a, const pack& b) {
    pack r;
    r.v = a.v + b.v;
    return r;
  }
  friend CNNPOOL_INLINE pack operator-(const pack& a, const pack& b) {
    pack r;
    r.v = a.v - b.v;
    return r;
  }
  friend CNNPOOL_INLINE pack operator-(const pack& a) {
    pack r;
    r.v = -a.v;
    return r;
  }
  friend CNNPOOL_INLINE pack operator*(const pack& a, const pack& b) {
    pack r;
    r.v = a.v * b.v;
    return r;
  }
  friend CNNPOOL_INLINE pack operator/(const pack& a, const pack& b) {
    pack r;
    r.v = a.v / b.v;
    return r;
  }
  friend CNNPOOL_INLINE mask operator<(const pack& a, const pack& b) {
    mask r;
    if constexpr (detail::by_instruction<L, N>) detail::compare<1>(r.v, a.v, b.v);
    else r.v = a.v < b.v;
    return r;
  }
  friend CNNPOOL_INLINE mask operator>(const pack& a, const pack& b) {
    mask r;
    if constexpr (detail::by_instruction<L, N>) detail::compare<14>(r.v, a.v, b.v);
    else r.v = a.v > b.v;
    return r;
  }
  friend CNNPOOL_INLINE mask operator>=(const pack& a, const pack& b) {
    mask r;
    if constexpr (detail::by_instruction<L, N>) detail::compare<13>(r.v, a.v, b.v);
    else r.v = a.v >= b.v;
    return r;
  }
  friend CNNPOOL_INLINE mask operator<=(const pack& a, const pack& b) {
    mask r;
    if constexpr (detail::by_instruction<L, N>) detail::compare<2>(r.v, a.v, b.v);
    else r.v = a.v <= b.v;
    return r;
  }
  friend CNNPOOL_INLINE mask operator==(const pack& a, const pack& b) {
    mask r;
    if constexpr (detail::by_instruction<L, N>) detail::compare<0>(r.v, a.v, b.v);
    else r.v = a.v == b.v;
    return r;
  }
  friend CNNPOOL_INLINE mask operator!=(const pack& a, const pack& b) {
    mask r;
    if constexpr (detail::by_instruction<L, N>) detail::compare<4>(r.v, a.v, b.v);
    else r.v = a.v != b.v;
    return r;
  }
};

template <class L, int N>
CNNPOOL_INLINE pack<L, N> select(const pack_mask<L, N>& m, const pack<L, N>& a, const pack<L, N>& b) {
  pack<L, N> r;
  if constexpr (detail::by_instruction<L, N>) detail::blend(r.v, m.v, a.v, b.v);
  else r.v = m.v ? a.v : b.v;
  return r;
}
/// maximum and minimum of math.hpp: one instruction each.
template <class L, int N>
CNNPOOL_INLINE pack<L, N> maximum(const pack<L, N>& m, const pack<L, N>& x) {
  pack<L, N> r;
  if constexpr (detail::by_instruction<L, N>) detail::larger(r.v, m.v, x.v);
  else r.v = m.v > x.v ? m.v : x.v;
  return r;
}
template <class L, int N>
CNNPOOL_INLINE pack<L, N> minimum(const pack<L, N>& m, const pack<L, N>& x) {
  pack<L, N> r;
  if constexpr (detail::by_instruction<L, N>) detail::smaller(r.v, m.v, x.v);
  else r.v = m.v < x.v ? m.v : x.v;
  return r;
}

template <class L, int N>
CNNPOOL_INLINE pack<L, N> keep_nan(const pack<L, N>& result, const pack<L, N>& x) {
  if constexpr (detail::by_instruction<L, N>) {
    return select(x != x, x, result);
  } else {
    using bits = typename pack_mask<L, N>::vector;
    pack<L, N> r;
    r.v = reinterpret_cast<typename pack<L, N>::vector>(reinterpret_cast<bits>(result.v) |
                                                        reinterpret_cast<bits>(x.v != x.v));
    return r;
  }
}

#if CNNPOOL_HAS_NEON
template <class L, int N>
  requires(sizeof(L) * N == 16)
CNNPOOL_INLINE pack<L, N> maximum_or_nan(const pack<L, N>& s, const pack<L, N>& x) {
  pack<L, N> r;
  if constexpr (sizeof(L) == 4) asm("fmax %0.4s, %1.4s, %2.4s" : "=w"(r.v) : "w"(s.v), "w"(x.v));
  else asm("fmax %0.2d, %1.2d, %2.2d" : "=w"(r.v) : "w"(s.v), "w"(x.v));
  return r;
}
#endif

template <class L, int N>
CNNPOOL_INLINE pack<L, N> absolute(const pack<L, N>& x) {
  using word = typename detail::same_size_int<L>::type;
  using bits = typename detail::vector_of<word, N>::type;
  pack<L, N> r;
  const word magnitude = static_cast<word>(-1) ^ (word(1) << (8 * sizeof(L) - 1));
  r.v = reinterpret_cast<typename pack<L, N>::vector>(reinterpret_cast<bits>(x.v) & magnitude);
  return r;
}

/// fenced of math.hpp.
template <class L, int N>
CNNPOOL_INLINE pack<L, N> fenced(const pack<L, N>& x) {
  pack<L, N> r = x;
#if defined(CNNPOOL_FENCE)
  if constexpr (!detail::by_instruction<L, N>) {  // of 64 bytes GCC's barrier makes scalars
    r.v = CNNPOOL_FENCE(r.v);
    return r;
  }
#endif
#if CNNPOOL_HAS_X86_ASM
  asm("" : "+v"(r.v));
#elif CNNPOOL_HAS_NEON
  asm("" : "+w"(r.v));
#endif
  return r;
}

/// a * b + c in one expression, which clang needs to fuse it, so that the code around cannot change whether it does.
/// GCC does not fuse chains when it tunes for a Zen (-march=native there), so if the whole file has the instruction, it
/// is called by name.
template <class L, int N>
CNNPOOL_INLINE pack<L, N> multiply_add(const pack<L, N>& a, const pack<L, N>& b, const pack<L, N>& c) {
  pack<L, N> r;
#if CNNPOOL_HAS_X86_TARGETS && defined(__FMA__) && !defined(__clang__)
  if constexpr (sizeof(L) == 4 && N == 8) r.v = __builtin_ia32_vfmaddps256(a.v, b.v, c.v);
  else if constexpr (sizeof(L) == 8 && N == 4) r.v = __builtin_ia32_vfmaddpd256(a.v, b.v, c.v);
#if defined(__AVX512F__)
  else if constexpr (sizeof(L) == 4 && N == 16)
    r.v = __builtin_ia32_vfmaddps512_mask(a.v, b.v, c.v, -1, 4);
  else if constexpr (sizeof(L) == 8 && N == 8)
    r.v = __builtin_ia32_vfmaddpd512_mask(a.v, b.v, c.v, static_cast<unsigned char>(-1), 4);
#endif
  else r.v = a.v * b.v + c.v;
#else
  r.v = a.v * b.v + c.v;
#endif
  return r;
}

/// Lanes first .. first+M-1.
template <int First, int M, class L, int N>
CNNPOOL_INLINE pack<L, M> lanes(const pack<L, N>& x) {
  pack<L, M> r;
  __builtin_memcpy(&r.v, reinterpret_cast<const char*>(&x.v) + First * sizeof(L), sizeof r.v);
  return r;
}

/// Lane I of a (I < N) or lane I - N of b.
template <int... I, class L, int N>
CNNPOOL_INLINE pack<L, N> shuffled(const pack<L, N>& a, const pack<L, N>& b) {
  pack<L, N> r;
#if defined(__clang__) || __GNUC__ >= 12
  r.v = __builtin_shufflevector(a.v, b.v, I...);
#else
  r.v = __builtin_shuffle(a.v, b.v, typename pack_mask<L, N>::vector{I...});
#endif
  return r;
}

}  // namespace CNNPOOL_CPU_LANES
}  // namespace cnnpool::kernel
