// The CUDA backend, for nvcc and a machine with a GPU.
#pragma once

#include <cnnpool/backend/cuda/cuda.cuh>

#include <vector>

#include "on_device.hpp"

namespace testing {
inline std::vector<cnnpool::cuda_backend> backends() { return {cnnpool::cuda_backend{}}; }
}  // namespace testing
