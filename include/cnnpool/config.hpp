// Every macro of the library, and nothing else.
//
// A user may define, before the first include and in the same way in every translation unit:
//   CNNPOOL_NO_SIMD      the CPU backend uses plain scalar lanes (what other compilers get anyway)
//   CNNPOOL_NO_OPENMP    the CPU backend stays sequential although the compiler has OpenMP switched on
//   CNNPOOL_COMPILED     the program is linked with cnnpool::compiled (library.hpp), whose target defines this
// The library defines:
//   CNNPOOL_HD           in front of every function that must run inside a kernel: a policy's init, step, merge,
//                        finish and what they call. Always inlined on a CPU, __host__ __device__ under nvcc.
//   CNNPOOL_INLINE       the same for functions that only the host runs
//   CNNPOOL_LAMBDA       the same for a lambda, after its parameters
//   CNNPOOL_UNAVAILABLE  after a declaration: a call of it is an error, with the sentence given
//   CNNPOOL_UNROLL(n)    in front of a loop of a kernel, of at most n turns, that the compiler must unroll
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

// To overload resolution both are functions that must not be called, so a requires-expression is false.
#if defined(__clang__) && !defined(__CUDACC__)
#define CNNPOOL_UNAVAILABLE(sentence) __attribute__((unavailable(sentence)))
#else
#define CNNPOOL_UNAVAILABLE(sentence) = delete
#endif

// What is at `p` will be read soon; p may be anything.
#if defined(__GNUC__) || defined(__clang__)
#define CNNPOOL_PREFETCH(p) __builtin_prefetch(p)
#else
#define CNNPOOL_PREFETCH(p) static_cast<void>(p)
#endif

// Behind the parameters of a lambda that runs below a target shell (backend/cpu/target.hpp). One that is left to the
// inliner may become a function of its own, compiled for baseline x86-64.
#if (defined(__GNUC__) || defined(__clang__)) && !defined(__CUDACC__)
#define CNNPOOL_LAMBDA __attribute__((always_inline))
#else
#define CNNPOOL_LAMBDA
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

// Without optimisation one target: wider registers bring nothing where every lane goes through memory.
#if CNNPOOL_HAS_PACKS && defined(__x86_64__) && defined(__OPTIMIZE__)
#define CNNPOOL_HAS_X86_TARGETS 1
#else
#define CNNPOOL_HAS_X86_TARGETS 0
#endif

// Instructions that GCC would not choose itself, written out. They need the target of the function that they are
// inlined into.
#if CNNPOOL_HAS_X86_TARGETS && !defined(__clang__)
#define CNNPOOL_HAS_X86_ASM 1
#else
#define CNNPOOL_HAS_X86_ASM 0
#endif

// The same of NEON, which every aarch64 has, for clang too: neither compiler makes them of vector extensions.
#if CNNPOOL_HAS_PACKS && defined(__aarch64__)
#define CNNPOOL_HAS_NEON 1
#else
#define CNNPOOL_HAS_NEON 0
#endif

// Keeps -ffast-math from reordering across a value, and -ffp-contract from fusing it (fenced() in kernel/math.hpp).
#if defined(__CUDACC__) || !(defined(__GNUC__) || defined(__clang__))
#define CNNPOOL_FENCE(x) (x)
#elif defined(__clang__)
#if defined(__x86_64__) && __has_builtin(__arithmetic_fence)
#define CNNPOOL_FENCE(x) __arithmetic_fence(x)
#elif !CNNPOOL_HAS_NEON  // where fenced() has an empty instruction: clang has that fence on x86 only
#define CNNPOOL_FENCE(x) (x)
#endif
#elif (CNNPOOL_HAS_X86_ASM || CNNPOOL_HAS_NEON) && defined(__ASSOCIATIVE_MATH__)
// GCC 12 loses its barrier in front of vectors: fenced() has an empty instruction.
#elif __GNUC__ >= 12
#define CNNPOOL_FENCE(x) __builtin_assoc_barrier(x)
#endif

// a * b + c on packs. clang fuses within one expression only; GCC fuses across operators, and in this order of
// evaluation, which a function would change, keeps more of a polynomial in registers.
#if defined(__clang__)
#define CNNPOOL_FUSED(a, b, c) multiply_add(a, b, c)
#else
#define CNNPOOL_FUSED(a, b, c) ((c) + (a) * (b))
#endif

#if defined(_OPENMP) && !defined(CNNPOOL_NO_OPENMP)
#define CNNPOOL_HAS_OPENMP 1
#else
#define CNNPOOL_HAS_OPENMP 0
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define CNNPOOL_HAS_EXCEPTIONS 1
#else
#define CNNPOOL_HAS_EXCEPTIONS 0
#endif

// -ffast-math, -Ofast and their parts: the compiler may assume that there is no NaN and no infinity, and may reorder.
#if (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(_M_FP_FAST)
#define CNNPOOL_FINITE_MATH 1
#else
#define CNNPOOL_FINITE_MATH 0
#endif

// Of an inline function in two object files the linker keeps one, of its choice. So everything is in an inline
// namespace that names what changes code: the version and the compiler's flags (instruction sets, fast math, no
// exceptions). Objects of different flags may be linked in any order; their types are different types, and the linker
// says so. What must be the same for all of them (error, error.hpp) is in CNNPOOL_VERSION_NAMESPACE.
#if defined(__AVX512F__) && defined(__AVX512VL__) && defined(__AVX512BW__) && defined(__AVX512DQ__)
#define CNNPOOL_WITH_SIMD _avx512
#elif defined(__AVX512F__)
#define CNNPOOL_WITH_SIMD _avx512f
#elif defined(__AVX2__)
#define CNNPOOL_WITH_SIMD _avx2
#elif defined(__AVX__)
#define CNNPOOL_WITH_SIMD _avx
#elif defined(__SSE4_1__)
#define CNNPOOL_WITH_SIMD _sse4
#else
#define CNNPOOL_WITH_SIMD
#endif
#if defined(__FMA__) && defined(__F16C__)
#define CNNPOOL_WITH_FMA _fma_f16c
#elif defined(__FMA__)
#define CNNPOOL_WITH_FMA _fma
#elif defined(__F16C__)
#define CNNPOOL_WITH_FMA _f16c
#else
#define CNNPOOL_WITH_FMA
#endif
#if defined(__BMI2__) || defined(__BMI__) || defined(__LZCNT__)
#define CNNPOOL_WITH_BMI _bmi
#else
#define CNNPOOL_WITH_BMI
#endif
#if defined(__FAST_MATH__) || defined(_M_FP_FAST)
#define CNNPOOL_WITH_MATH _fast
#elif CNNPOOL_FINITE_MATH && (defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__))
#define CNNPOOL_WITH_MATH _finite_reordered
#elif CNNPOOL_FINITE_MATH
#define CNNPOOL_WITH_MATH _finite
#elif defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#define CNNPOOL_WITH_MATH _reordered
#else
#define CNNPOOL_WITH_MATH
#endif
#if CNNPOOL_HAS_EXCEPTIONS
#define CNNPOOL_WITHOUT_EXCEPTIONS
#else
#define CNNPOOL_WITHOUT_EXCEPTIONS _no_exceptions
#endif
#define CNNPOOL_JOIN(a, b, c, d, e, f, g, h) CNNPOOL_JOINED(a, b, c, d, e, f, g, h)
#define CNNPOOL_JOINED(a, b, c, d, e, f, g, h) v##a##_##b##_##c##d##e##f##g##h
#define CNNPOOL_VERSION_NAMESPACE \
  CNNPOOL_JOIN(CNNPOOL_VERSION_MAJOR, CNNPOOL_VERSION_MINOR, CNNPOOL_VERSION_PATCH, , , , , )
#define CNNPOOL_VARIANT                                                                                             \
  CNNPOOL_JOIN(CNNPOOL_VERSION_MAJOR, CNNPOOL_VERSION_MINOR, CNNPOOL_VERSION_PATCH, CNNPOOL_WITH_SIMD,              \
               CNNPOOL_WITH_FMA, CNNPOOL_WITH_BMI, CNNPOOL_WITH_MATH, CNNPOOL_WITHOUT_EXCEPTIONS)

// The CPU backend differs with more switches, inside the namespace: g++ and nvcc, with and without optimisation, OpenMP
// or the library, share views and descriptors. Kernels are in CNNPOOL_CPU_LANES, their callers in CNNPOOL_CPU_VARIANT.
#if CNNPOOL_HAS_X86_TARGETS
#define CNNPOOL_CPU_LANES cpu_targets
#elif CNNPOOL_HAS_PACKS
#define CNNPOOL_CPU_LANES cpu_packs
#else
#define CNNPOOL_CPU_LANES cpu_lanes
#endif
#if CNNPOOL_HAS_OPENMP
#define CNNPOOL_CPU_THREADS _openmp
#else
#define CNNPOOL_CPU_THREADS
#endif

// Kernels come from the library in units with the flags that it is compiled with: those that name nothing above.
#if defined(CNNPOOL_COMPILED) && !defined(CNNPOOL_NO_SIMD) && (defined(__GNUC__) || defined(__clang__)) &&            \
    CNNPOOL_HAS_EXCEPTIONS && !defined(__SSE4_1__) && !defined(__AVX__) && !defined(__FMA__) && !defined(__F16C__) && \
    !defined(__BMI__) && !defined(__BMI2__) && !defined(__LZCNT__) && !CNNPOOL_FINITE_MATH &&                         \
    !defined(__FAST_MATH__) && !defined(__ASSOCIATIVE_MATH__) && !defined(__RECIPROCAL_MATH__)
#define CNNPOOL_USES_LIBRARY 1
#else
#define CNNPOOL_USES_LIBRARY 0
#endif
#if CNNPOOL_USES_LIBRARY
#define CNNPOOL_CPU_LIBRARY _compiled
#else
#define CNNPOOL_CPU_LIBRARY
#endif
#define CNNPOOL_JOIN_THREE(a, b, c) CNNPOOL_JOINED_THREE(a, b, c)
#define CNNPOOL_JOINED_THREE(a, b, c) a##b##c
#define CNNPOOL_CPU_VARIANT CNNPOOL_JOIN_THREE(CNNPOOL_CPU_LANES, CNNPOOL_CPU_THREADS, CNNPOOL_CPU_LIBRARY)
