// From stored elements to lanes: N adjacent elements of any activation type, some of N, or N at a stride.
// Quantised elements become scale * (q - zero_point) here, and the source's read function (relu) is applied.
#pragma once

#include <cstdint>

#include "../../core/source.hpp"
#include "level.hpp"
#include "pack_math.hpp"

namespace cnnpool::detail {

/// Not inlined: rare, and they would stand in every kernel many times.
template <class T>
[[gnu::noinline]] inline void copy_elements(T* to, const T* from, index count, index stride) {
  for (index i = 0; i < count; ++i) to[i] = from[i * stride];
}
template <class T>
[[gnu::noinline]] inline void scatter_elements(T* to, const T* from, index count, index stride) {
  for (index i = 0; i < count; ++i) to[i * stride] = from[i];
}

#if CNNPOOL_HAS_PACKS
#if CNNPOOL_HAS_AVX2_ASM
/// Eight small integers or four floats, widened by one AVX2 instruction from memory; GCC's conversion takes two halves
/// and joins them.
/// An intrinsic cannot be inlined through functions that lack its target; an instruction can.
template <class From>
CNNPOOL_INLINE void widened_by_avx2(const void* p, typename vector_of<std::int32_t, 8>::type& r) {
  struct bytes {
    char b[8 * sizeof(From)];
  };
  const bytes& memory = *static_cast<const bytes*>(p);
  if constexpr (std::is_same_v<From, std::uint16_t>) asm("vpmovzxwd %1, %0" : "=x"(r) : "m"(memory));
  else if constexpr (std::is_same_v<From, std::uint8_t>) asm("vpmovzxbd %1, %0" : "=x"(r) : "m"(memory));
  else asm("vpmovsxbd %1, %0" : "=x"(r) : "m"(memory));
}
CNNPOOL_INLINE pack<double, 4> doubles_by_avx2(const void* p) {
  struct bytes {
    char b[16];
  };
  pack<double, 4> r;
  asm("vcvtps2pd %1, %0" : "=x"(r.v) : "m"(*static_cast<const bytes*>(p)));
  return r;
}
#endif

template <class Level, class From, class L, int N>
CNNPOOL_INLINE pack<L, N> converted(const void* p) {
#if CNNPOOL_HAS_AVX2_ASM
  if constexpr (sizeof(From) == 1 && N == 8 && Level::f16c) {
    typename vector_of<std::int32_t, 8>::type x;
    widened_by_avx2<From>(p, x);
    pack<L, N> r;
    r.v = __builtin_convertvector(x, typename pack<L, N>::vector);
    return r;
  }
  if constexpr (std::is_same_v<From, float> && N == 4 && Level::f16c) return doubles_by_avx2(p);
#endif
  typedef From stored __attribute__((vector_size(N * sizeof(From))));
  stored x;
  __builtin_memcpy(&x, p, sizeof x);
  pack<L, N> r;
  if constexpr (sizeof(From) < 4) {
    r.v = __builtin_convertvector(__builtin_convertvector(x, typename vector_of<std::int32_t, N>::type),
                                  typename pack<L, N>::vector);
  } else {
    r.v = __builtin_convertvector(x, typename pack<L, N>::vector);
  }
  return r;
}

template <class Level, int N>
CNNPOOL_INLINE pack<float, N> from_bfloat16(const void* p) {
  using bits = typename vector_of<std::uint32_t, N>::type;
  bits wide;
#if CNNPOOL_HAS_AVX2_ASM
  if constexpr (N == 8 && Level::f16c) {
    typename vector_of<std::int32_t, 8>::type x;
    widened_by_avx2<std::uint16_t>(p, x);
    wide = reinterpret_cast<bits>(x);
  } else
#endif
  {
    typedef std::uint16_t stored __attribute__((vector_size(N * 2)));
    stored x;
    __builtin_memcpy(&x, p, sizeof x);
    wide = __builtin_convertvector(x, bits);
  }
  pack<float, N> r;
  r.v = reinterpret_cast<typename pack<float, N>::vector>(wide << 16);
  return r;
}

/// to_float(float16) of scalar.hpp, lane by lane.
template <int N>
CNNPOOL_INLINE pack<float, N> from_float16(const void* p) {
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
  pack<float, N> r;
  r.v = reinterpret_cast<floats>((is_special & special) | (~is_special & finite) | ((wide & 0x8000u) << 16));
  return r;
}

#if CNNPOOL_HAS_F16C
/// vcvtph2ps.
CNNPOOL_INLINE pack<float, 8> from_float16_f16c(const void* p) {
  pack<float, 8> r;
#if defined(__clang__)
  typedef __fp16 stored __attribute__((ext_vector_type(8), aligned(2)));
  r.v = __builtin_convertvector(*static_cast<const stored*>(p), pack<float, 8>::vector);
#else
  struct bytes {
    char b[16];
  };
  asm("vcvtph2ps %1, %0" : "=x"(r.v) : "m"(*static_cast<const bytes*>(p)));
#endif
  return r;
}
#endif
#endif

#if CNNPOOL_HAS_PACKS
CNNPOOL_INLINE pack<float, 16> joined_halves(const pack<float, 8>& low, const pack<float, 8>& high) {
  pack<float, 16> r;
  __builtin_memcpy(&r.v, &low.v, sizeof low.v);
  __builtin_memcpy(reinterpret_cast<char*>(&r.v) + sizeof low.v, &high.v, sizeof high.v);
  return r;
}
#endif

/// N adjacent stored elements, widened to the lane type; nothing is applied yet.
template <class Level, class V, class T>
CNNPOOL_INLINE V widened(const T* p) {
  using L = lane_t<V>;
  constexpr int N = width<V>;
#if CNNPOOL_HAS_PACKS
  if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>) {
    static_assert(std::is_same_v<L, float> || std::is_same_v<L, double>);
    pack<float, N> f;
#if CNNPOOL_HAS_F16C
    if constexpr (std::is_same_v<T, bfloat16>) f = from_bfloat16<Level, N>(p);
    else if constexpr (N == 8 && Level::f16c) f = from_float16_f16c(p);
    else if constexpr (N == 16 && Level::f16c) f = joined_halves(from_float16_f16c(p), from_float16_f16c(p + 8));
    else f = from_float16<N>(p);
#else
    if constexpr (std::is_same_v<T, bfloat16>) f = from_bfloat16<Level, N>(p);
    else f = from_float16<N>(p);
#endif
    if constexpr (std::is_same_v<L, float>) return f;
    else return converted<Level, float, L, N>(&f.v);
  } else if constexpr (std::is_same_v<T, L>) {
    V r;
    __builtin_memcpy(&r.v, p, sizeof r.v);
    return r;
  } else {
    return converted<Level, T, L, N>(p);
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
CNNPOOL_INLINE void stored(const V& x, lane_t<V>* p, index count, index stride) {
  if (count == width<V> && stride == 1) return stored(x, p);
  lane_t<V> buffer[width<V>];
  stored(x, buffer);
  scatter_elements(p, buffer, count, stride);
}

/// N ones and N zeros.
template <class L, int N>
struct ones_and_zeros {
  L v[array_size(2 * N)];
  constexpr ones_and_zeros() : v() {
    for (int i = 0; i < N; ++i) v[i] = 1;
  }
};
/// A mask of the first `count` lanes: one load and one comparison.
template <class V>
CNNPOOL_INLINE auto first_lanes(index count) {
  using L = lane_t<V>;
  static constexpr ones_and_zeros<L, width<V>> table;
  return loaded<V>(table.v + (width<V> - count)) != V(L(0));
}

/// Reads the elements of a source as lanes of type V.
template <class Level, class T, class Read, class L>
class reader {
 public:
  template <class View>
  CNNPOOL_INLINE explicit reader(const source<View, Read>& x)
      : read_(x.read),
        scale_(static_cast<L>(x.view.quantized().scale)),
        zero_(static_cast<L>(x.view.quantized().zero_point)),
        quantization_(x.view.quantized()) {}

  template <class V>
  CNNPOOL_INLINE V adjacent(const T* p) const {
    return apply(widened<Level, V>(p));
  }
  /// The first `count` lanes from elements at a stride; the others hold copies of zero.
  template <class V>
  CNNPOOL_INLINE V some(const T* p, index count, index stride = 1) const {
    T buffer[array_size(width<V>)] = {};
    copy_elements(buffer, p, count, stride);
    return apply(widened<Level, V>(buffer));
  }
  /// Every lane from elements at a stride.
  template <class V>
  CNNPOOL_INLINE V spread(const T* p, index stride) const {
    if constexpr (std::is_same_v<T, L>) {
      V r;
      CNNPOOL_UNROLL(16)
      for (int i = 0; i < width<V>; ++i) r.set(i, p[i * stride]);
      return apply(r);
    } else {
      T buffer[array_size(width<V>)];
      CNNPOOL_UNROLL(16)
      for (int i = 0; i < width<V>; ++i) buffer[i] = p[i * stride];
      return apply(widened<Level, V>(buffer));
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
