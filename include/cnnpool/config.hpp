// Every macro of the library, and nothing else.
//
// A user may define, before the first include and alike in every translation unit:
//   CNNPOOL_NO_SIMD      the CPU backend uses plain scalar lanes (what other compilers get anyway)
//   CNNPOOL_NO_OPENMP    the CPU backend stays sequential although the compiler has OpenMP switched on
// The library defines:
//   CNNPOOL_HD           in front of every function that must run inside a kernel: a policy's init, step, merge,
//                        finish and what they call. Always inlined on a CPU, __host__ __device__ under nvcc.
//   CNNPOOL_INLINE       the same for functions that only the host runs
//   CNNPOOL_UNROLL(n)    in front of a loop of a kernel whose n turns (at most) the compiler must write out
#pragma once

#include "version.hpp"

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "cnnpool needs C++20: add -std=c++20 (nvcc: -std=c++20, its default is C++17; MSVC: /std:c++20)"
#endif

#if defined(__GNUC__) || defined(__clang__)
#define CNNPOOL_INLINE __attribute__((always_inline)) inline
#else
#define CNNPOOL_INLINE inline
#endif

#if (defined(__GNUC__) || defined(__clang__)) && !defined(__CUDACC__)
#define CNNPOOL_PRAGMA(text) _Pragma(#text)
#define CNNPOOL_UNROLL(n) CNNPOOL_PRAGMA(GCC unroll n)
#elif defined(__CUDACC__)
#define CNNPOOL_PRAGMA(text) _Pragma(#text)
#define CNNPOOL_UNROLL(n) CNNPOOL_PRAGMA(unroll)
#else
#define CNNPOOL_UNROLL(n)
#endif

#if defined(__CUDACC__)
#define CNNPOOL_HD __host__ __device__ inline
#else
#define CNNPOOL_HD CNNPOOL_INLINE
#endif

// GCC's vector types are rejected inside __host__ __device__ functions, so nvcc's host pass takes scalar lanes.
#if (defined(__GNUC__) || defined(__clang__)) && !defined(__CUDACC__) && !defined(CNNPOOL_NO_SIMD)
#define CNNPOOL_HAS_PACKS 1
#else
#define CNNPOOL_HAS_PACKS 0
#endif

#if CNNPOOL_HAS_PACKS && defined(__x86_64__)
#define CNNPOOL_HAS_X86_LEVELS 1
#else
#define CNNPOOL_HAS_X86_LEVELS 0
#endif

// Instructions that GCC would not choose itself, written out. They need the target of the function that they are
// inlined into, so not without optimisation, where nothing is inlined. clang converts to and from __fp16 itself, by a
// call of its run-time library, which may be missing, unless every function has F16C.
#if CNNPOOL_HAS_X86_LEVELS && !defined(__clang__) && defined(__OPTIMIZE__)
#define CNNPOOL_HAS_AVX2_ASM 1
#else
#define CNNPOOL_HAS_AVX2_ASM 0
#endif
#if CNNPOOL_HAS_AVX2_ASM || (CNNPOOL_HAS_X86_LEVELS && defined(__clang__) && defined(__F16C__))
#define CNNPOOL_HAS_F16C 1
#else
#define CNNPOOL_HAS_F16C 0
#endif

#if defined(_OPENMP) && !defined(CNNPOOL_NO_OPENMP)
#define CNNPOOL_HAS_OPENMP 1
#else
#define CNNPOOL_HAS_OPENMP 0
#endif

// The CPU backend differs with the switches above, so each way of compiling it has an inline namespace of its own: a
// program may link files compiled in several ways (g++ and nvcc, with and without OpenMP).
#if CNNPOOL_HAS_PACKS && CNNPOOL_HAS_OPENMP
#define CNNPOOL_CPU_VARIANT cpu_packs_openmp
#elif CNNPOOL_HAS_PACKS
#define CNNPOOL_CPU_VARIANT cpu_packs
#elif CNNPOOL_HAS_OPENMP
#define CNNPOOL_CPU_VARIANT cpu_lanes_openmp
#else
#define CNNPOOL_CPU_VARIANT cpu_lanes
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define CNNPOOL_HAS_EXCEPTIONS 1
#else
#define CNNPOOL_HAS_EXCEPTIONS 0
#endif
