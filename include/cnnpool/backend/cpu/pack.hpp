// pack<L, N>: N lanes of float or double, the value type V that the CPU backend gives to a policy.
//
// On GCC and clang it is a vector-extension type, so the same source becomes SSE2, AVX2 or AVX-512 code according to
// the function it is inlined into; elsewhere (other compilers, nvcc's host pass, CNNPOOL_NO_SIMD) it is an array.
// The copy constructor is written out on purpose: a class with one is always passed by reference, so that a call
// which is not inlined stays correct although caller and callee were compiled for different instruction sets.
#pragma once

#include "../../kernel/math.hpp"

#if CNNPOOL_HAS_PACKS
#include "pack_vector.hpp"
#else
#include "pack_array.hpp"
#endif

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

template <class L, int N>
struct lane_of<pack<L, N>> {
  using type = L;
};

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
template <class V>
inline constexpr int width = 1;
template <class L, int N>
inline constexpr int width<pack<L, N>> = N;
}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

template <class L, int N>
CNNPOOL_HD bool all(const pack_mask<L, N>& mask) {
#if CNNPOOL_HAS_PACKS
  if constexpr (detail::by_instruction<L, N>) {
    return mask.v == static_cast<decltype(mask.v)>(-1);
  } else {
    unsigned long long words[sizeof mask.v / 8], together = ~0ull;
    __builtin_memcpy(words, &mask.v, sizeof mask.v);
    for (const unsigned long long word : words) together &= word;
    return together == ~0ull;
  }
#else
  bool r = true;
  for (int i = 0; i < N; ++i) r = r && mask[i];
  return r;
#endif
}

template <class L, int N>
CNNPOOL_HD pack<L, N>& operator+=(pack<L, N>& a, const pack<L, N>& b) {
  return a = a + b;
}
template <class L, int N>
CNNPOOL_HD pack<L, N>& operator*=(pack<L, N>& a, const pack<L, N>& b) {
  return a = a * b;
}

}  // namespace cnnpool::kernel
