// Activations in memory of exactly the size that a layout needs, NaN (or, in 8 bits, the largest number) in every gap,
// and the same numbers as maps of the oracle.
#pragma once

#include <cnnpool/core/feature_view.hpp>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "oracle.hpp"
#include "random.hpp"

namespace testing {

using cnnpool::index_t;

template <class T>
T stored_from(double x) {
  if constexpr (std::is_same_v<T, cnnpool::float16>)
    return cnnpool::to_float16(static_cast<float>(x));
  else if constexpr (std::is_same_v<T, cnnpool::bfloat16>)
    return cnnpool::to_bfloat16(static_cast<float>(x));
  else if constexpr (std::is_same_v<T, std::int8_t>)
    return static_cast<T>(std::lround(x * 20));
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return static_cast<T>(std::lround(x * 20) + 128);
  else
    return static_cast<T>(x);
}
template <class T>
constexpr cnnpool::quantization quantization_of() {
  if constexpr (std::is_same_v<T, std::int8_t>)
    return {0.0491f, 0};
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return {0.0503f, 128};
  else
    return {};
}
/// Decoded by the definition of each format, bit by bit.
template <class T>
oracle::real real_from(const T& x, const cnnpool::quantization& q) {
  if constexpr (cnnpool::quantized_scalar<T>) {
    return static_cast<oracle::real>(q.scale) * (static_cast<int>(x) - q.zero_point);
  } else if constexpr (std::is_same_v<T, cnnpool::float16> || std::is_same_v<T, cnnpool::bfloat16>) {
    constexpr int mantissa_bits = std::is_same_v<T, cnnpool::float16> ? 10 : 7, all = (1 << (15 - mantissa_bits)) - 1;
    const int exponent = (x.bits >> mantissa_bits) & all, mantissa = x.bits & ((1 << mantissa_bits) - 1);
    const oracle::real sign = (x.bits & 0x8000) != 0 ? -1 : 1;
    if (exponent == all) return sign * (mantissa != 0 ? std::numeric_limits<oracle::real>::quiet_NaN() : HUGE_VALL);
    if (exponent == 0) return sign * std::ldexp(static_cast<oracle::real>(mantissa), 1 - all / 2 - mantissa_bits);
    return sign *
           std::ldexp(static_cast<oracle::real>(mantissa + (1 << mantissa_bits)), exponent - all / 2 - mantissa_bits);
  } else {
    return static_cast<oracle::real>(x);
  }
}
template <class T>
T poison() {
  if constexpr (cnnpool::quantized_scalar<T>)
    return std::numeric_limits<T>::max();
  else
    return stored_from<T>(std::numeric_limits<double>::quiet_NaN());
}

struct layout_case {
  const char* name;
  cnnpool::strides (*of)(const cnnpool::shape&);
};
inline const std::vector<layout_case>& layouts() {
  using cnnpool::shape, cnnpool::strides;
  static const std::vector<layout_case> all{
      {"nchw",
       [](const shape& s) {
         return strides{s.c * s.h * s.w, s.h * s.w, s.w, 1};
       }},
      {"nchw, rows padded by 3",
       [](const shape& s) {
         return strides{s.c * s.h * (s.w + 3), s.h * (s.w + 3), s.w + 3, 1};
       }},
      {"nchw, planes padded by 5",
       [](const shape& s) {
         return strides{s.c * (s.h * s.w + 5), s.h * s.w + 5, s.w, 1};
       }},
      {"nhwc",
       [](const shape& s) {
         return strides{s.c * s.h * s.w, 1, s.w * s.c, s.c};
       }},
      {"nhwc, pixels padded by 3",
       [](const shape& s) {
         return strides{(s.c + 3) * s.h * s.w, 1, s.w * (s.c + 3), s.c + 3};
       }},
      {"ncwh",
       [](const shape& s) {
         return strides{s.c * s.h * s.w, s.h * s.w, 1, s.h};
       }},
      {"hwcn",
       [](const shape& s) {
         return strides{1, s.n, s.w * s.c * s.n, s.c * s.n};
       }},
      {"every axis backwards",
       [](const shape& s) {
         return strides{-s.c * s.h * s.w, -s.h * s.w, -s.w, -1};
       }},
      {"rows backwards",
       [](const shape& s) {
         return strides{s.c * s.h * s.w, s.h * s.w, -s.w, 1};
       }},
      {"nhwc, channels backwards",
       [](const shape& s) {
         return strides{s.c * s.h * s.w, -1, s.w * s.c, s.c};
       }},
      {"one row for all",
       [](const shape& s) {
         return strides{s.c * s.w, s.w, 0, 1};
       }},
      {"one value per channel",
       [](const shape& s) {
         return strides{s.c, 1, 0, 0};
       }},
      {"one channel for all",
       [](const shape& s) {
         return strides{s.h * s.w, 0, s.w, 1};
       }},
      {"every second column",
       [](const shape& s) {
         return strides{2 * s.c * s.h * s.w, 2 * s.h * s.w, 2 * s.w, 2};
       }},
      {"nChw8c",
       [](const shape& s) { return strides{(s.c + 7) / 8 * 8 * s.h * s.w, 8 * s.h * s.w, s.w * 8, 8, 8, 1}; }},
      {"nChw16c",
       [](const shape& s) { return strides{(s.c + 15) / 16 * 16 * s.h * s.w, 16 * s.h * s.w, s.w * 16, 16, 16, 1}; }},
  };
  return all;
}

template <class T>
struct placed {
  cnnpool::feature_view<T> view;
  std::vector<oracle::map> images;
  std::string text;
  std::vector<T> memory;  // all that the view may point into, exactly

  /// value() is called once per element of memory that the layout reads.
  template <class Value>
  placed(const cnnpool::shape& s, const layout_case& layout, int misalignment, const Value& value)
      : text(cnnpool::to_string(s) + ", " + layout.name + ", misaligned by " + std::to_string(misalignment)) {
    const cnnpool::strides st = layout.of(s);
    const auto offset = [&](index_t n, index_t c, index_t h, index_t w) {
      return n * st.n + (c / st.block) * st.c + (st.block > 1 ? c % st.block * st.in_block : 0) + h * st.h + w * st.w;
    };
    const auto each = [&](const auto& f) {
      for (index_t n = 0; n < s.n; ++n)
        for (index_t c = 0; c < s.c; ++c)
          for (index_t h = 0; h < s.h; ++h)
            for (index_t w = 0; w < s.w; ++w) f(n, c, h, w, offset(n, c, h, w));
    };
    index_t low = 0, high = 0;
    each([&](index_t, index_t, index_t, index_t, index_t o) { low = std::min(low, o), high = std::max(high, o); });
    const auto elements = static_cast<std::size_t>(high - low + 1 + misalignment);
    memory.assign(elements, poison<T>());
    T* first = memory.data() + misalignment - low;
    std::vector<bool> written(elements);
    const cnnpool::quantization q = quantization_of<T>();
    images.assign(static_cast<std::size_t>(s.n),
                  oracle::map(static_cast<int>(s.c), static_cast<int>(s.h), static_cast<int>(s.w)));
    each([&](index_t n, index_t c, index_t h, index_t w, index_t o) {
      const auto place = static_cast<std::size_t>(o - low);
      if (!written[place]) first[o] = stored_from<T>(value());
      written[place] = true;
      images[static_cast<std::size_t>(n)](static_cast<int>(c), static_cast<int>(h), static_cast<int>(w)) =
          real_from(first[o], q);
    });
    view = cnnpool::feature_view<T>(first, s, st, q);
  }
};

/// A third zeros, both signs: roughly what a layer without its ReLU gives.
inline auto signed_values(random_numbers& r) {
  return [&r] { return r.between(0, 2) == 0 ? 0.0 : r.uniform(-3, 6); };
}

}  // namespace testing
