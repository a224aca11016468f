// Threads of the CPU backend: the user's own, or OpenMP's if the compiler has it switched on, or none.
//
// Work is cut into one contiguous share per worker. Shares never change a result: a descriptor component is computed by
// one worker, in one order.
#pragma once

#include "../../core/shape.hpp"

#if CNNPOOL_HAS_OPENMP
#include <omp.h>
#endif

namespace cnnpool::inline CNNPOOL_VARIANT {
inline namespace CNNPOOL_CPU_VARIANT {

/// A user's thread pool: run(self, count, task, data) calls task(data, i) for i = 0 .. count-1, in any order and
/// concurrently, and returns when all are done. Tasks do not throw.
struct parallel_for {
  void (*run)(void* self, index_t count, void (*task)(void* data, index_t i), void* data) = nullptr;
  void* self = nullptr;
};

}  // namespace CNNPOOL_CPU_VARIANT

namespace detail {
inline namespace CNNPOOL_CPU_VARIANT {

/// The number of workers if the user does not give one.
inline int available_threads() {
#if CNNPOOL_HAS_OPENMP
  return omp_in_parallel() ? 1 : omp_get_max_threads();
#else
  return 1;
#endif
}

/// How many of `threads` share `items` pieces of work. The unit of work is the time in which a sum reads a byte: a MB
/// takes about 40 us, below which starting a thread costs more than it brings.
[[gnu::noinline]] inline index_t sharing(double work, index_t items, index_t threads) {
  constexpr double least = 1 << 20;
  const index_t most = items < threads ? items : threads;
  return work < 2 * least ? 1 : work < least * static_cast<double>(most) ? static_cast<index_t>(work / least) : most;
}

/// The work that one index of f is, if f says it.
template <class F>
double index_work(const F& f) {
  if constexpr (requires { f.work(); }) return f.work();
  else return 64;
}

/// f(i) for i = 0 .. count-1.
template <class F>
void run_parallel(const parallel_for& pool, index_t count, const F& f) {
  if (count <= 1) {
    if (count == 1) f(index_t{0});
    return;
  }
  if (pool.run != nullptr) {
    pool.run(pool.self, count, [](void* data, index_t i) { (*static_cast<const F*>(data))(i); },
             const_cast<void*>(static_cast<const void*>(&f)));
    return;
  }
#if CNNPOOL_HAS_OPENMP
#pragma omp parallel for num_threads(static_cast<int>(count)) schedule(static, 1)
#endif
  for (index_t i = 0; i < count; ++i) f(i);
}

}  // namespace CNNPOOL_CPU_VARIANT
}  // namespace detail
}  // namespace cnnpool
