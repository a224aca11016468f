// The Thrust backend: the same policies on any Thrust device system (CPP, OMP, TBB, CUDA), chosen at compile time.
//
//   pool(thrust_backend{}, x, rmac{})           on CPP, OMP and TBB, whose memory is the host's
//   pool_into(thrust_backend{}, feature_view<float, device_space>(...), rmac{}, out, workspace)         on CUDA
//
// One result per call of thrust::for_each, so results are the same bits on every run and for any number of threads. On
// a CPU it is there for correctness and for programs that already use Thrust; cpu is much faster. Any Thrust from 1.17
// to CCCL 3. CMake: cnnpool_use_thrust(target SYSTEM OMP).
#pragma once

#if !__has_include(<thrust/for_each.h>)
#error "cnnpool/backend/thrust/thrust.hpp: <thrust/for_each.h> is missing; install Thrust (CUDA toolkit, or Debian: libthrust-dev)"
#endif

#if !defined(THRUST_DEVICE_SYSTEM) && !defined(__CUDACC__)
#error "cnnpool: choose Thrust's system for the whole program, e.g. -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_OMP"
#endif

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include "../for_each_backend.hpp"

// Thrust's own names depend on the system: a program that mixed two would break the one-definition rule without this.
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include "../cuda/memory.hpp"
#define CNNPOOL_THRUST_VARIANT thrust_cuda
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
#define CNNPOOL_THRUST_VARIANT thrust_omp
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
#define CNNPOOL_THRUST_VARIANT thrust_tbb
#else
#define CNNPOOL_THRUST_VARIANT thrust_cpp
#endif

namespace cnnpool::inline CNNPOOL_VARIANT {
inline namespace CNNPOOL_THRUST_VARIANT {

/// thrust_backend{}: Thrust's own choice of threads or the default stream; no other state.
struct thrust_backend : for_each_backend<thrust_backend> {
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
  using space = device_space;
#else
  using space = host_space;
#endif
  template <class T>
  using accumulator = accumulator_t<T>;

  template <class F>
  void for_each(index_t count, const F& f) const {
    const thrust::counting_iterator<index_t> first(0);
    thrust::for_each(thrust::device, first, first + count, f);
  }
};

}  // namespace CNNPOOL_THRUST_VARIANT
}  // namespace cnnpool
