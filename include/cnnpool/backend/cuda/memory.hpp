// Device memory for workspaces, and CUDA's errors as ours. Needs the CUDA runtime's header, not nvcc.
#pragma once

#include <cuda_runtime_api.h>

#include "../../core/scratch.hpp"

namespace cnnpool {

namespace detail {
inline void check_cuda(cudaError_t status, const char* what) {
  if (status != cudaSuccess) raise(what, ": CUDA says ", cudaGetErrorString(status));
}
}  // namespace detail

template <>
struct memory<device_space> {
  static void* allocate(std::size_t bytes) {
    void* p = nullptr;
    const cudaError_t status = cudaMalloc(&p, bytes);
    if (status != cudaSuccess)
      raise("workspace: ", bytes, " bytes of device memory cannot be had, CUDA says ", cudaGetErrorString(status));
    return p;
  }
  static void release(void* p) noexcept { cudaFree(p); }
};
using device_workspace = basic_workspace<device_space>;

}  // namespace cnnpool
