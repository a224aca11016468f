// The main program of a suite on a GPU: without one it says so, and the test counts as skipped.
#define CATCH_CONFIG_RUNNER
#include "../catch.hpp"

#include <cuda_runtime_api.h>

#include <cstdio>

int main(int argc, char** argv) {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess || devices == 0) {
    std::printf("skipped: %s: no GPU, CUDA says: %s\n", argv[0], cudaGetErrorString(status));
    return 77;
  }
  return Catch::Session().run(argc, argv);
}
