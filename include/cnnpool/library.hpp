// What the library cnnpool::compiled holds: the CPU backend's kernels for the policies and stages of cnnpool.hpp, on
// float, double and any_feature_view, and the folds with the shortest steps on 8 and 16 bits. A program that links it
// compiles their calls, not their code.
//
// This is a list in groups, each a macro of a type. A program's units declare all of it; a unit of the library
// (cmake/library.cmake) defines one group for one type. What is not in the list (a user's own fold, a concat) and units
// with other flags (CNNPOOL_USES_LIBRARY, config.hpp) are compiled from the headers, as without a library.
#pragma once

#include "backend/cpu/cpu.hpp"
#include "policy/average.hpp"
#include "policy/crow.hpp"
#include "policy/gem.hpp"
#include "policy/max.hpp"
#include "policy/nonzero.hpp"
#include "policy/rmac.hpp"
#include "policy/spoc.hpp"
#include "policy/sum.hpp"
#include "policy/vlad.hpp"
#include "run_call.hpp"
#include "post/l2.hpp"
#include "post/power.hpp"
#include "post/scale.hpp"
#include "post/projection.hpp"

#if defined(CNNPOOL_COMPILING)
#define CNNPOOL_LIBRARY_TASK(...) template void run_in_library(instruction_set, const __VA_ARGS__&);
#else
#define CNNPOOL_LIBRARY_TASK(...)                       \
  template <>                                           \
  inline constexpr bool in_library<__VA_ARGS__> = true;
#endif

#define CNNPOOL_LIBRARY_ROWS(A, S, F, W) CNNPOOL_LIBRARY_TASK(fold_share<reduce_rows, S, read_as_is, F, W, A>)
#define CNNPOOL_LIBRARY_COLUMNS(A, S, F, W) CNNPOOL_LIBRARY_TASK(fold_share<reduce_columns, S, read_as_is, F, W, A>)
#define CNNPOOL_LIBRARY_FOLD(A, S, F, W) CNNPOOL_LIBRARY_ROWS(A, S, F, W) CNNPOOL_LIBRARY_COLUMNS(A, S, F, W)
#define CNNPOOL_LIBRARY_MAX(A, S)                                                     \
  CNNPOOL_LIBRARY_ROWS(A, S, fast_max, no_weights)                              \
  CNNPOOL_LIBRARY_ROWS_OF_MAX(A, S)                                                   \
  CNNPOOL_LIBRARY_COLUMNS(A, S, max_policy, no_weights)                             \
  CNNPOOL_LIBRARY_TASK(regions_share<reduce_regions, S, read_as_is, max_policy, A>)
#if defined(__aarch64__)  // fast_form(max) is max where that is one instruction, so not in nvcc's files
#define CNNPOOL_LIBRARY_ROWS_OF_MAX(A, S) CNNPOOL_LIBRARY_ROWS(A, S, max_policy, no_weights)
#else
#define CNNPOOL_LIBRARY_ROWS_OF_MAX(A, S)
#endif
#define CNNPOOL_LIBRARY_TRANSFORM(A, F, ...) CNNPOOL_LIBRARY_TASK(transform_share<A, F, __VA_ARGS__>)

#define CNNPOOL_LIBRARY_SUMS(A)                                 \
  CNNPOOL_LIBRARY_FOLD(A, A, sum, no_weights)                   \
  CNNPOOL_LIBRARY_FOLD(A, A, average, no_weights)               \
  CNNPOOL_LIBRARY_FOLD(A, A, nonzero, no_weights)               \
  CNNPOOL_LIBRARY_FOLD(A, A, weighted_sum, const A*)            \
  CNNPOOL_LIBRARY_TRANSFORM(A, centre_prior, row_index, column_index)
#define CNNPOOL_LIBRARY_MAXIMA(A) CNNPOOL_LIBRARY_MAX(A, A)
#define CNNPOOL_LIBRARY_POWERS(A)                                                                   \
  CNNPOOL_LIBRARY_FOLD(A, A, power_mean<whole_power<3>>, no_weights)                                \
  CNNPOOL_LIBRARY_FOLD(A, A, power_mean<chosen_power>, no_weights)                                  \
  CNNPOOL_LIBRARY_TASK(regions_share<reduce_regions, A, read_as_is, power_mean<whole_power<3>>, A>)
#define CNNPOOL_LIBRARY_CROW(A)                                      \
  CNNPOOL_LIBRARY_FOLD(A, A, scaled_sum<A>, no_weights)              \
  CNNPOOL_LIBRARY_FOLD(A, A, weighted_sum_and_nonzero, const A*)     \
  CNNPOOL_LIBRARY_ROWS(A, A, power_sum, no_weights)                  \
  CNNPOOL_LIBRARY_TRANSFORM(A, relative_to_largest, matrix<A>, per_row<A>) \
  CNNPOOL_LIBRARY_TRANSFORM(A, spatial_weight, matrix<A>, per_row<A>)      \
  CNNPOOL_LIBRARY_TRANSFORM(A, channel_weight, matrix<A>, per_row<A>)      \
  CNNPOOL_LIBRARY_TRANSFORM(A, detail::product, matrix<A>, matrix<A>)
#define CNNPOOL_LIBRARY_PRODUCTS(A)                           \
  CNNPOOL_LIBRARY_TASK(packing_choice<A>)                     \
  CNNPOOL_LIBRARY_TASK(contract_share<read_as_is, float, A>)   \
  CNNPOOL_LIBRARY_TASK(nearest_share<read_as_is, float, A>)   \
  CNNPOOL_LIBRARY_TASK(residuals_share<read_as_is, float, A>)
/// Weights that are as wide as the accumulator, where those above are not: VLAD's soft assignment.
#define CNNPOOL_LIBRARY_WIDE(A) CNNPOOL_LIBRARY_TASK(contract_share<read_as_is, A, A>)
#define CNNPOOL_LIBRARY_STAGES(A)                                      \
  CNNPOOL_LIBRARY_FOLD(A, A, euclidean_norm, no_weights)               \
  CNNPOOL_LIBRARY_TRANSFORM(A, by_norm, matrix<const A>, per_row<A>)         \
  CNNPOOL_LIBRARY_TRANSFORM(A, inverse_norm, matrix<A>)                      \
  CNNPOOL_LIBRARY_TRANSFORM(A, detail::reciprocal, matrix<A>)                \
  CNNPOOL_LIBRARY_TRANSFORM(A, times_reciprocal, matrix<A>, per_row<A>)      \
  CNNPOOL_LIBRARY_TRANSFORM(A, by_mass, matrix<A>, per_row<A>)               \
  CNNPOOL_LIBRARY_TRANSFORM(A, signed_power, matrix<A>)                      \
  CNNPOOL_LIBRARY_TRANSFORM(A, signed_power, matrix<const A>)                \
  CNNPOOL_LIBRARY_TRANSFORM(A, times, matrix<const A>)                       \
  CNNPOOL_LIBRARY_TRANSFORM(A, difference, matrix<const A>, matrix<const A>) \
  CNNPOOL_LIBRARY_TRANSFORM(A, read_as_is, matrix<A>)                        \
  CNNPOOL_LIBRARY_TRANSFORM(A, read_as_is, matrix<const A>)                  \
  CNNPOOL_LIBRARY_TRANSFORM(A, to_zero, column_index)
#define CNNPOOL_LIBRARY_NARROW(S)                                        \
  CNNPOOL_LIBRARY_FOLD(float, S, sum, no_weights)                        \
  CNNPOOL_LIBRARY_FOLD(float, S, average, no_weights)                    \
  CNNPOOL_LIBRARY_FOLD(float, S, power_mean<whole_power<3>>, no_weights) \
  CNNPOOL_LIBRARY_MAX(float, S)                                          \
  CNNPOOL_LIBRARY_TASK(conversion_choice<S, float>)

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

#if !CNNPOOL_USES_LIBRARY
#if defined(CNNPOOL_COMPILING)
#pragma message("cnnpool::compiled is empty: it is compiled with flags (instruction sets, fast math, no exceptions, " \
                "CNNPOOL_NO_SIMD) for which the headers compile everything themselves; link cnnpool::cnnpool")
#endif
#elif !defined(CNNPOOL_COMPILING)
#define CNNPOOL_LIBRARY_OF(A)                                                                         \
  CNNPOOL_LIBRARY_SUMS(A) CNNPOOL_LIBRARY_MAXIMA(A) CNNPOOL_LIBRARY_POWERS(A) CNNPOOL_LIBRARY_CROW(A) \
  CNNPOOL_LIBRARY_PRODUCTS(A) CNNPOOL_LIBRARY_STAGES(A)
CNNPOOL_LIBRARY_OF(float)
CNNPOOL_LIBRARY_OF(double)
CNNPOOL_LIBRARY_WIDE(double)
CNNPOOL_LIBRARY_NARROW(float16)
CNNPOOL_LIBRARY_NARROW(bfloat16)
CNNPOOL_LIBRARY_NARROW(std::int8_t)
CNNPOOL_LIBRARY_NARROW(std::uint8_t)
#undef CNNPOOL_LIBRARY_OF
#else
template <class Task>
void run_in_library(instruction_set wanted, const Task& task) {
  dispatch_here(wanted, task);
}
CNNPOOL_COMPILING
#endif

}  // namespace cnnpool::detail

#undef CNNPOOL_LIBRARY_TASK
#undef CNNPOOL_LIBRARY_ROWS
#undef CNNPOOL_LIBRARY_COLUMNS
#undef CNNPOOL_LIBRARY_FOLD
#undef CNNPOOL_LIBRARY_MAX
#undef CNNPOOL_LIBRARY_ROWS_OF_MAX
#undef CNNPOOL_LIBRARY_TRANSFORM
#undef CNNPOOL_LIBRARY_SUMS
#undef CNNPOOL_LIBRARY_MAXIMA
#undef CNNPOOL_LIBRARY_POWERS
#undef CNNPOOL_LIBRARY_CROW
#undef CNNPOOL_LIBRARY_PRODUCTS
#undef CNNPOOL_LIBRARY_STAGES
#undef CNNPOOL_LIBRARY_NARROW
#undef CNNPOOL_LIBRARY_WIDE
