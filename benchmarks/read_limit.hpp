// The read limit: the time to sum the same bytes with the widest registers the machine has and eight accumulators.
// Nothing that reads every element once can be much faster; a method's rho is this time over the method's.
#pragma once

#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace benchmarks {

#if defined(__x86_64__)
__attribute__((target("avx512f"), noinline)) inline float sum_avx512(const float* x, std::size_t n) {
  __m512 a[8];
  for (auto& v : a) v = _mm512_setzero_ps();
  std::size_t i = 0;
  for (; i + 128 <= n; i += 128) {
#pragma GCC unroll 8
    for (std::size_t j = 0; j < 8; ++j) a[j] = _mm512_add_ps(a[j], _mm512_loadu_ps(x + i + 16 * j));
  }
  float total = 0, lanes[16];
  for (const auto& v : a) {
    _mm512_storeu_ps(lanes, v);
    for (const float l : lanes) total += l;
  }
  for (; i < n; ++i) total += x[i];
  return total;
}

__attribute__((target("avx2"), noinline)) inline float sum_avx2(const float* x, std::size_t n) {
  __m256 a[8];
  for (auto& v : a) v = _mm256_setzero_ps();
  std::size_t i = 0;
  for (; i + 64 <= n; i += 64) {
#pragma GCC unroll 8
    for (std::size_t j = 0; j < 8; ++j) a[j] = _mm256_add_ps(a[j], _mm256_loadu_ps(x + i + 8 * j));
  }
  float total = 0, lanes[8];
  for (const auto& v : a) {
    _mm256_storeu_ps(lanes, v);
    for (const float l : lanes) total += l;
  }
  for (; i < n; ++i) total += x[i];
  return total;
}
#endif

/// Sums n floats at the speed of reading them.
inline float read_all(const float* x, std::size_t n) {
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx512f"), medium = __builtin_cpu_supports("avx2");
  if (wide) return sum_avx512(x, n);
  if (medium) return sum_avx2(x, n);
#endif
  float a[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t j = 0; j < 8; ++j) a[j] += x[i + j];
  float total = 0;
  for (const float v : a) total += v;
  for (; i < n; ++i) total += x[i];
  return total;
}

}  // namespace benchmarks
