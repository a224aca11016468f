// From stored elements to lanes: N adjacent elements of any activation type, some of N, or N at a stride.
// Quantised elements become scale * (q - zero_point) here, and the source's read function (relu) is applied.
#pragma once

#include <cstdint>

#include "../../kernel/source.hpp"
#include "target.hpp"
#include "pack_math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

inline namespace CNNPOOL_CPU_LANES {

/// Not inlined: they are rare, and every kernel would contain many copies. An optimised kernel calls optimised ones.
template <class T>
[[gnu::noinline]] inline void copy_elements(T* to, const T* from, index_t count, index_t stride) {
  for (index_t i = 0; i < count; ++i) to[i] = from[i * stride];
}
template <class T>
[[gnu::noinline]] inline void scatter_elements(T* to, const T* from, index_t count, index_t stride) {
  for (index_t i = 0; i < count; ++i) to[i * stride] = from[i];
}

}  // namespace CNNPOOL_CPU_LANES

#if CNNPOOL_HAS_PACKS
/// The type that is twice as wide as From, and for a byte four times as wide.
template <class From>
using wide_t = std::conditional_t<std::is_same_v<From, float>, double,
                                  std::conditional_t<sizeof(From) == 2, float, std::int32_t>>;
template <class From, int N>
using wide_vector = typename vector_of<wide_t<From>, N>::type;

/// Whether N elements are widened by explicit instructions, which GCC's conversions do not become: for 32 bytes it
/// takes two halves and joins them; for 64, and on aarch64, it makes scalars. An intrinsic cannot be inlined through
/// functions that lack its target, and needs a header; an instruction can.
template <class Target, class From, int N>
inline constexpr bool by_instructions = CNNPOOL_HAS_NEON
                                            ? sizeof(wide_vector<From, N>) == 16
                                            : CNNPOOL_HAS_X86_ASM && Target::f16c && sizeof(wide_vector<From, N>) >= 32;

#if CNNPOOL_HAS_X86_ASM
/// What an instruction reads from memory, of any type and alignment. Not a struct of an array, whose last element's
/// store GCC 11 drops in front of an instruction.
template <int Bytes>
struct memory {
  typedef char type __attribute__((vector_size(Bytes), aligned(1), may_alias));
};
template <class From, int N>
CNNPOOL_INLINE void widen(const void* p, wide_vector<From, N>& r) {
  using bytes = typename memory<N * static_cast<int>(sizeof(From))>::type;  // deduced, it would lose its alignment
  const bytes* const from = static_cast<const bytes*>(p);
  if constexpr (std::is_same_v<From, float>) {
    asm("vcvtps2pd {%1, %0|%0, %1}" : "=v"(r) : "m"(*from));
  } else if constexpr (std::is_same_v<From, float16>) {
    asm("vcvtph2ps {%1, %0|%0, %1}" : "=v"(r) : "m"(*from));
  } else if constexpr (std::is_same_v<From, bfloat16>) {
    typename vector_of<std::uint32_t, N>::type x;
    asm("vpmovzxwd {%1, %0|%0, %1}" : "=v"(x) : "m"(*from));
    r = reinterpret_cast<wide_vector<From, N>>(x << 16);
  } else if constexpr (std::is_same_v<From, std::uint8_t>) {
    asm("vpmovzxbd {%1, %0|%0, %1}" : "=v"(r) : "m"(*from));
  } else {
    asm("vpmovsxbd {%1, %0|%0, %1}" : "=v"(r) : "m"(*from));
  }
}
#elif CNNPOOL_HAS_NEON
/// As many bytes as there are elements, read as a number: a vector of four bytes would be loaded byte by byte.
template <class From, int N>
CNNPOOL_INLINE void widen(const void* p, wide_vector<From, N>& r) {
  std::conditional_t<sizeof(From) == 1, std::uint32_t, std::uint64_t> x;
  static_assert(sizeof x == N * sizeof(From));
  __builtin_memcpy(&x, p, sizeof x);
  if constexpr (std::is_same_v<From, float>) {
    asm("fcvtl %0.2d, %1.2s" : "=w"(r) : "w"(x));
  } else if constexpr (std::is_same_v<From, float16>) {
    asm("fcvtl %0.4s, %1.4h" : "=w"(r) : "w"(x));
  } else if constexpr (std::is_same_v<From, bfloat16>) {
    asm("shll %0.4s, %1.4h, #16" : "=w"(r) : "w"(x));
  } else {
    typename vector_of<std::int16_t, 8>::type twice;
    if constexpr (std::is_same_v<From, std::uint8_t>) {
      asm("ushll %0.8h, %1.8b, #0" : "=w"(twice) : "w"(x));
      asm("ushll %0.4s, %1.4h, #0" : "=w"(r) : "w"(twice));
    } else {
      asm("sshll %0.8h, %1.8b, #0" : "=w"(twice) : "w"(x));
      asm("sshll %0.4s, %1.4h, #0" : "=w"(r) : "w"(twice));
    }
  }
}
#else
template <class From, int N>
void widen(const void* p, wide_vector<From, N>& r);  // not called
#endif

template <class Target, class From, class L, int N>
CNNPOOL_INLINE pack<L, N> converted(const void* p) {
  pack<L, N> r;
  if constexpr (by_instructions<Target, From, N> && std::is_same_v<From, float> && sizeof(L) == 8) {
    widen<From, N>(p, r.v);
  } else if constexpr (by_instructions<Target, From, N> && sizeof(From) == 1) {
    wide_vector<From, N> x;
    widen<From, N>(p, x);
    convert_lanes(r.v, x);
  } else {
    typedef From stored __attribute__((vector_size(N * sizeof(From))));
    stored x;
    __builtin_memcpy(&x, p, sizeof x);
    if constexpr (sizeof(From) < 4) {
      r.v = __builtin_convertvector(__builtin_convertvector(x, typename vector_of<std::int32_t, N>::type),
                                    typename pack<L, N>::vector);
    } else {
      r.v = __builtin_convertvector(x, typename pack<L, N>::vector);
    }
  }
  return r;
}

/// to_float(bfloat16) of scalar.hpp, lane by lane.
template <class Target, int N>
CNNPOOL_INLINE pack<float, N> from_bfloat16(const void* p) {
  pack<float, N> r;
  if constexpr (by_instructions<Target, bfloat16, N>) {
    widen<bfloat16, N>(p, r.v);
  } else {
    typedef std::uint16_t stored __attribute__((vector_size(N * 2)));
    stored x;
    __builtin_memcpy(&x, p, sizeof x);
    const auto wide = __builtin_convertvector(x, typename vector_of<std::uint32_t, N>::type);
    r.v = reinterpret_cast<typename pack<float, N>::vector>(wide << 16);
  }
  return r;
}

/// to_float(float16) of scalar.hpp, lane by lane. clang has binary16 as a type, whose conversion is one instruction in
/// a function that has it, and a call of its run-time library elsewhere.
template <class Target, int N>
CNNPOOL_INLINE pack<float, N> from_float16(const void* p) {
  pack<float, N> r;
  if constexpr (by_instructions<Target, float16, N>) {
    widen<float16, N>(p, r.v);
#if CNNPOOL_HAS_X86_TARGETS && defined(__clang__)
  } else if constexpr (N >= 8 && Target::f16c) {
    // A fence, which is one where reordering is allowed: clang would turn a comparison of the result with itself or
    // with a constant into one of binary16, and that into scalars.
#pragma clang fp reassociate(on)
    typedef __fp16 stored __attribute__((ext_vector_type(N), aligned(2)));
    r.v = CNNPOOL_FENCE(__builtin_convertvector(*static_cast<const stored*>(p), typename pack<float, N>::vector));
#endif
  } else {
    typedef std::uint16_t stored __attribute__((vector_size(N * 2)));
    using bits = typename vector_of<std::uint32_t, N>::type;
    using floats = typename pack<float, N>::vector;
    stored x;
    __builtin_memcpy(&x, p, sizeof x);
    const bits wide = __builtin_convertvector(x, bits);
    const bits magnitude = (wide & 0x7fffu) << 13;
    const bits finite = reinterpret_cast<bits>(reinterpret_cast<floats>(magnitude) * 0x1p112f);
    const bits special = magnitude | 0x7f800000u;
    const bits is_special = reinterpret_cast<bits>(magnitude >= 0x0f800000u);
    r.v = reinterpret_cast<floats>((is_special & special) | (~is_special & finite) | ((wide & 0x8000u) << 16));
  }
  return r;
}
#endif

/// N adjacent stored elements, widened to the lane type; nothing is applied yet.
template <class Target, class V, class T>
CNNPOOL_INLINE V widened(const T* p) {
  using L = lane_t<V>;
  constexpr int N = width<V>;
#if CNNPOOL_HAS_PACKS
  if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>) {
    static_assert(std::is_same_v<L, float> || std::is_same_v<L, double>);
    pack<float, N> f;
    if constexpr (std::is_same_v<T, bfloat16>) f = from_bfloat16<Target, N>(p);
    else f = from_float16<Target, N>(p);
    if constexpr (std::is_same_v<L, float>) return f;
    else return converted<Target, float, L, N>(&f.v);
  } else if constexpr (std::is_same_v<T, L>) {
    V r;
    __builtin_memcpy(&r.v, p, sizeof r.v);
    return r;
  } else {
    return converted<Target, T, L, N>(p);
  }
#else
  V r;
  for (int i = 0; i < N; ++i) {
    if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>) r.set(i, static_cast<L>(to_float(p[i])));
    else r.set(i, static_cast<L>(p[i]));
  }
  return r;
#endif
}

// Without optimisation GCC 12 follows a branch that no count takes, past the end of the weights of the last block.
#if defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-overread"
#endif
/// Lanes from and to adjacent numbers of their own type.
template <class V>
CNNPOOL_INLINE V loaded(const lane_t<V>* p) {
  V r;
  __builtin_memcpy(&r.v, p, sizeof r.v);
  return r;
}
#if defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#pragma GCC diagnostic pop
#endif
template <class V>
CNNPOOL_INLINE void stored(const V& x, lane_t<V>* p) {
  __builtin_memcpy(p, &x.v, sizeof x.v);
}
/// The first `count` lanes to numbers at a stride.
template <class V>
CNNPOOL_INLINE void stored(const V& x, lane_t<V>* p, index_t count, index_t stride) {
  if (count == width<V> && stride == 1) return stored(x, p);
  lane_t<V> buffer[width<V>];
  stored(x, buffer);
  scatter_elements(p, buffer, count, stride);
}

/// N ones and N zeros. Private to this object file: a static of an inline function would be one for the whole process.
template <class L, int N>
struct ones_and_zeros {
  L v[array_size(2 * N)];
  constexpr ones_and_zeros() : v() {
    for (int i = 0; i < N; ++i) v[i] = 1;
  }
};
template <class L, int N>
static constexpr ones_and_zeros<L, N> mask_table;
/// A mask of the first `count` lanes: one load and one comparison.
template <class V>
CNNPOOL_INLINE auto first_lanes(index_t count) {
  using L = lane_t<V>;
  return loaded<V>(mask_table<L, width<V>>.v + (width<V> - count)) != V(L(0));
}

/// Reads the elements of a source as lanes of type V.
template <class Target, class T, class Read, class L>
class reader {
 public:
  CNNPOOL_INLINE explicit reader(const quantization& q, const Read& read = {})
      : read_(read), scale_(static_cast<L>(q.scale)), zero_(static_cast<L>(q.zero_point)), quantization_(q) {}

  template <class V>
  CNNPOOL_INLINE V adjacent(const T* p) const {
    return apply(widened<Target, V>(p));
  }
  /// The first `count` lanes; the others hold copies of zero.
  template <class V>
  CNNPOOL_INLINE V some(const T* p, index_t count) const {
    T buffer[array_size(width<V>)] = {};
    copy_elements(buffer, p, count, 1);
    return apply(widened<Target, V>(buffer));
  }
  /// Every lane from elements at a stride.
  template <class V>
  CNNPOOL_INLINE V spread(const T* p, index_t stride) const {
    if constexpr (std::is_same_v<T, L>) {
      V r;
      CNNPOOL_UNROLL(16)
      for (int i = 0; i < width<V>; ++i) r.set(i, p[i * stride]);
      return apply(r);
    } else {
      T buffer[array_size(width<V>)];
      CNNPOOL_UNROLL(16)
      for (int i = 0; i < width<V>; ++i) buffer[i] = p[i * stride];
      return apply(widened<Target, V>(buffer));
    }
  }
  /// One element as a scalar lane.
  CNNPOOL_INLINE L one(const T& stored) const {
    return read_(as_lane<L>(stored, quantization_));
  }

 private:
  template <class V>
  CNNPOOL_INLINE V apply(const V& stored) const {
    if constexpr (quantized_scalar<T>) return read_(rounded_product(V(scale_), stored - V(zero_)));
    else return read_(stored);
  }

  Read read_;
  L scale_, zero_;
  quantization quantization_;
};

}  // namespace cnnpool::detail
