// The element types that activations come in, and the type that each accumulates in.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "bytes.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// IEEE 754 binary16, as every framework stores it; read as float, never used in computations.
struct float16 {
  std::uint16_t bits = 0;
};
/// bfloat16: the upper half of a float.
struct bfloat16 {
  std::uint16_t bits = 0;
};

CNNPOOL_HD float to_float(bfloat16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float value;
  copy_bytes(&value, &bits, sizeof value);
  return value;
}

CNNPOOL_HD float to_float(float16 x) {
  const std::uint32_t sign = (x.bits & 0x8000u) << 16;
  const std::uint32_t magnitude = (x.bits & 0x7fffu) << 13;
  // Shifting leaves the exponent biased by 15; one multiplication by 2^112 rebiases it and normalises subnormals.
  const std::uint32_t scale_bits = 0x77800000u;
  float value, scale;
  copy_bytes(&value, &magnitude, sizeof value);
  copy_bytes(&scale, &scale_bits, sizeof scale);
  value *= scale;
  std::uint32_t bits;
  copy_bytes(&bits, &value, sizeof bits);
  if (magnitude >= 0x0f800000u) bits = 0x7f800000u | (magnitude & 0x007fffffu);  // inf, NaN
  bits |= sign;
  copy_bytes(&value, &bits, sizeof value);
  return value;
}

/// Rounds to nearest even; overflow gives inf, NaN stays NaN.
inline float16 to_float16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  std::uint32_t half = 0;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u;
  } else if (magnitude >= 0x477ff000u) {
    half = 0x7c00u;
  } else if (magnitude < 0x38800000u) {  // subnormal: adding 0.5 aligns the last place with 2^-24
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
  } else {
    half = (magnitude - 0x38000000u + 0x0fffu + ((magnitude >> 13) & 1u)) >> 13;
  }
  return {static_cast<std::uint16_t>(sign | half)};
}

/// Rounds to nearest even; NaN stays NaN.
inline bfloat16 to_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return {static_cast<std::uint16_t>((bits >> 16) | 0x40u)};
  return {static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16)};
}

template <class T>
concept quantized_scalar = std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::uint8_t>;

/// float, double, float16, bfloat16, int8, uint8.
template <class T>
concept activation_scalar = std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, float16> ||
                            std::is_same_v<T, bfloat16> || quantized_scalar<T>;

/// double stays double; everything else accumulates in float, and has descriptors of float.
template <class T>
using accumulator_t = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// real value = scale * (stored value - zero_point)
struct quantization {
  float scale = 1;
  int zero_point = 0;
  constexpr bool operator==(const quantization&) const = default;
};

enum class scalar_type : std::uint8_t { float32, float64, float16, bfloat16, int8, uint8 };

constexpr const char* to_string(scalar_type t) {
  constexpr const char* names[] = {"float32", "float64", "float16", "bfloat16", "int8", "uint8"};
  const int i = static_cast<int>(t);
  return i < 6 ? names[i] : "no scalar type";
}

template <activation_scalar T>
constexpr scalar_type scalar_type_of() {
  if constexpr (std::is_same_v<T, float>) return scalar_type::float32;
  else if constexpr (std::is_same_v<T, double>) return scalar_type::float64;
  else if constexpr (std::is_same_v<T, float16>) return scalar_type::float16;
  else if constexpr (std::is_same_v<T, bfloat16>) return scalar_type::bfloat16;
  else if constexpr (std::is_same_v<T, std::int8_t>) return scalar_type::int8;
  else return scalar_type::uint8;
}

}  // namespace cnnpool
