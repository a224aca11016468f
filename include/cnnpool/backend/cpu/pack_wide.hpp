// Vectors, and registers of 64 bytes by explicit instructions. Included only by pack_vector.hpp.
//
// GCC decides how to compare vectors where it reads the code, in a function for baseline x86-64, and keeps that
// decision when it inlines: for 64 bytes it makes scalars, and likewise for selections and conversions. So their
// instructions are given explicitly, and a mask is what AVX-512 has, a bit per lane.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel/math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
inline namespace CNNPOOL_CPU_LANES {
template <class L>
struct same_size_int {
  using type = std::int32_t;
};
template <>
struct same_size_int<double> {
  using type = std::int64_t;
};

template <class L, int N>
struct vector_of {
  typedef L type __attribute__((vector_size(N * sizeof(L))));
  typedef L unaligned __attribute__((vector_size(N * sizeof(L)), aligned(alignof(L)), may_alias));
};

template <class L, int N>
inline constexpr bool by_instruction = CNNPOOL_HAS_X86_ASM && sizeof(L) * N == 64;

/// What a mask of N lanes is kept in: all bits of each lane, or one bit.
template <class L, int N>
struct mask_of {
  using type = typename vector_of<typename same_size_int<L>::type, N>::type;
};
template <class L, int N>
  requires by_instruction<L, N>
struct mask_of<L, N> {
  using type = std::conditional_t<N == 16, std::uint16_t, std::uint8_t>;
};

#if CNNPOOL_HAS_X86_ASM
// Operands in the order of AT&T, then of Intel (-masm=intel).
/// Predicate: 0 ==, 1 <, 2 <=, 4 != (true of NaN), 13 >=, 14 >.
template <int Predicate, class M, class V>
CNNPOOL_INLINE void compare(M& mask, const V& a, const V& b) {
  if constexpr (sizeof(M) == 2)
    asm("vcmpps {%3, %2, %1, %0|%0, %1, %2, %3}" : "=k"(mask) : "v"(a), "v"(b), "n"(Predicate));
  else asm("vcmppd {%3, %2, %1, %0|%0, %1, %2, %3}" : "=k"(mask) : "v"(a), "v"(b), "n"(Predicate));
}
template <class M, class V>
CNNPOOL_INLINE void blend(V& r, const M& mask, const V& yes, const V& no) {
  if constexpr (sizeof(M) == 2)
    asm("vblendmps {%2, %1, %0%{%3%}|%0%{%3%}, %1, %2}" : "=v"(r) : "v"(no), "v"(yes), "Yk"(mask));
  else asm("vblendmpd {%2, %1, %0%{%3%}|%0%{%3%}, %1, %2}" : "=v"(r) : "v"(no), "v"(yes), "Yk"(mask));
}
template <class V>
CNNPOOL_INLINE void larger(V& r, const V& m, const V& x) {
  if constexpr (sizeof(r[0]) == 4) asm("vmaxps {%2, %1, %0|%0, %1, %2}" : "=v"(r) : "v"(m), "v"(x));
  else asm("vmaxpd {%2, %1, %0|%0, %1, %2}" : "=v"(r) : "v"(m), "v"(x));
}
template <class V>
CNNPOOL_INLINE void smaller(V& r, const V& m, const V& x) {
  if constexpr (sizeof(r[0]) == 4) asm("vminps {%2, %1, %0|%0, %1, %2}" : "=v"(r) : "v"(m), "v"(x));
  else asm("vminpd {%2, %1, %0|%0, %1, %2}" : "=v"(r) : "v"(m), "v"(x));
}

template <class V, class L>
CNNPOOL_INLINE void broadcast(V& r, L x) {
  if constexpr (sizeof(L) == 4) asm("vbroadcastss {%1, %0|%0, %1}" : "=v"(r) : "vm"(x));
  else asm("vbroadcastsd {%1, %0|%0, %1}" : "=v"(r) : "vm"(x));
}

template <class V>
CNNPOOL_INLINE void square_root(V& r, const V& x) {
  if constexpr (sizeof(r[0]) == 4) asm("vsqrtps {%1, %0|%0, %1}" : "=v"(r) : "v"(x));
  else asm("vsqrtpd {%1, %0|%0, %1}" : "=v"(r) : "v"(x));
}
#else
// Not called, but named; another processor's compiler refuses the instructions themselves.
template <int Predicate, class M, class V>
void compare(M& mask, const V& a, const V& b);
template <class M, class V>
void blend(V& r, const M& mask, const V& yes, const V& no);
template <class V>
void larger(V& r, const V& m, const V& x);
template <class V>
void smaller(V& r, const V& m, const V& x);
#endif

/// Sixteen or fewer integers from floats, truncated, and floats from them.
template <class To, class From>
CNNPOOL_INLINE void convert_lanes(To& to, const From& from) {
#if CNNPOOL_HAS_X86_ASM
  if constexpr (sizeof(To) == 64 && sizeof(From) == 64) {
    if constexpr (std::is_same_v<To, typename vector_of<float, 16>::type>)
      asm("vcvtdq2ps {%1, %0|%0, %1}" : "=v"(to) : "v"(from));
    else asm("vcvttps2dq {%1, %0|%0, %1}" : "=v"(to) : "v"(from));
    return;
  }
#endif
  to = __builtin_convertvector(from, To);
}

}  // namespace CNNPOOL_CPU_LANES
}  // namespace cnnpool::detail
