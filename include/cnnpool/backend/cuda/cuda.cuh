// The CUDA backend: the kernels of backend/blocks on a stream of the current device. For nvcc, -std=c++20.
//
//   #include <cnnpool/cnnpool.hpp>
//   #include <cnnpool/backend/cuda/cuda.cuh>
//   cnnpool::device_workspace memory;                                       one per stream
//   cnnpool::pool_into(cnnpool::cuda_backend{.stream = s}, x, cnnpool::rmac{}, out, memory);
//   cnnpool::pool_into(cnnpool::cuda_backend{.stream = s}, x, cnnpool::rmac{}, out);   temporaries from the stream
//
// x is a feature_view<T, device_space>, out a descriptor_span<A, device_space>. Calls are asynchronous: no
// synchronisation, no copy between spaces, no allocation once the workspace is warm, so a call can be captured in a
// CUDA graph. The same bits on every run (no atomics). A launch that fails is an error with CUDA's message. Several
// streams and threads may call at once, with one workspace each.
#pragma once

#include "../../adapter.hpp"
#include "../blocks/blocks.hpp"
#include "memory.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

template <class K>
__global__ void __launch_bounds__(K::threads, resident_blocks<K>()) run_blocks(const K kernel) {
  extern __shared__ __align__(16) char cnnpool_shared[];
  typename registers_of<K>::type own;
  for (index_t block = static_cast<index_t>(blockIdx.x); block < kernel.blocks();
       block += static_cast<index_t>(gridDim.x))
    for (int step = 0; step < kernel.steps(); ++step) {
      run_step(kernel, step, block, static_cast<int>(threadIdx.x), cnnpool_shared, own);
      __syncthreads();
    }
}

}  // namespace detail

struct cuda_backend : block_backend<cuda_backend> {
  cudaStream_t stream = nullptr;

  using space = device_space;
  template <class T>
  using accumulator = accumulator_t<T>;

  template <class K>
  void launch_blocks(const K& kernel) const {
    static_assert(sizeof(K) <= 4096,
                  "cnnpool::cuda_backend: this policy does not fit the 4096 bytes of a kernel's parameters");
    constexpr index_t most = 0x7fffffff;
    const index_t blocks = kernel.blocks();
    if (blocks == 0) return;
    detail::run_blocks<<<static_cast<unsigned>(blocks < most ? blocks : most), static_cast<unsigned>(K::threads),
                         static_cast<std::size_t>(kernel.shared_bytes()), stream>>>(kernel);
    detail::check_cuda(cudaGetLastError(), "cuda: a launch of ", blocks, " blocks of ", K::threads, " threads with ",
                       kernel.shared_bytes(), " bytes of shared memory failed");
  }

  /// As many images as fit into part of the second-level cache, so that a second pass over them stays in it.
  template <class F>
  void for_each_cached_slice(kernel::scratch& s, index_t n, index_t again, const F& f) const {
    constexpr index_t in_cache = 16 << 20;
    const index_t size = again == 0 || in_cache / again >= n ? n : in_cache / again > 0 ? in_cache / again : 1;
    for (index_t first = 0; first < n; first += size) {
      const kernel::scratch::frame frame(
          s);  // the slices run one after the other on the stream and share their temporaries
      f(*this, s, first, n - first < size ? n - first : size);
      if (s.measuring()) return;  // the first is the largest
    }
  }
};

/// The same, with temporaries in stream-ordered memory.
template <viewable X, pooling_policy P, class Out>
void pool_into(const cuda_backend& backend, const X& x, const P& policy, Out&& out) {
  stream_workspace w(backend.stream);
  pool_into(backend, x, policy, std::forward<Out>(out), w);
}

}  // namespace cnnpool
