// Device memory for workspaces, and CUDA's errors as ours. Needs the CUDA runtime's header, not nvcc.
#pragma once

#if !__has_include(<cuda_runtime_api.h>)
#error "cnnpool/backend/cuda/memory.hpp: <cuda_runtime_api.h> is missing; install a CUDA toolkit (Debian: nvidia-cuda-dev)"
#endif

#include <cuda_runtime_api.h>

#include "../../kernel/scratch.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class... What>
void check_cuda(cudaError_t status, const What&... what) {
  if (status != cudaSuccess) raise(what..., ": CUDA says ", cudaGetErrorString(status));
}
}  // namespace detail

template <>
struct space_memory<device_space> {
  static void* allocate(std::size_t bytes) {
    void* p = nullptr;
    detail::check_cuda(cudaMalloc(&p, bytes), "workspace: ", bytes, " bytes of device memory cannot be had");
    return p;
  }
  static void release(void* p) noexcept { cudaFree(p); }
};
/// One per stream. Call reserve before a CUDA graph is captured: to grow, it calls cudaMalloc.
using device_workspace = basic_workspace<device_space>;

/// Stream-ordered device memory: taken and given back on a stream, from the device's memory pool, without
/// synchronising; allowed while a graph is captured.
class stream_workspace {
 public:
  using space = device_space;

  explicit stream_workspace(cudaStream_t stream) : stream_(stream) {}
  stream_workspace(const stream_workspace&) = delete;
  stream_workspace& operator=(const stream_workspace&) = delete;
  ~stream_workspace() { release(); }

  std::size_t capacity() const { return capacity_; }
  void reserve(std::size_t bytes) {
    if (bytes <= capacity_) return;
    release();
    detail::check_cuda(cudaMallocAsync(&data_, bytes, stream_), "workspace: ", bytes,
                       " bytes of stream-ordered device memory cannot be had");
    capacity_ = bytes;
  }
  void* data() { return data_; }

 private:
  void release() noexcept {
    if (data_ != nullptr) cudaFreeAsync(data_, stream_);
    data_ = nullptr;
    capacity_ = 0;
  }
  cudaStream_t stream_;
  void* data_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace cnnpool
