// expect: cnnpool/backend/cuda/memory.hpp: <cuda_runtime_api.h> is missing; install a CUDA toolkit (Debian: nvidia-cuda-dev)
// flags: -nostdinc
// needs: cuda_runtime_api.h
#include <cnnpool/backend/cuda/memory.hpp>
