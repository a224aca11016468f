// A batch of feature maps described where the network left them: the same program for a CPU and, compiled by nvcc, for
// a GPU. One type changes.
//   g++  -std=c++20 -O2 -Iinclude examples/06_batch.cpp
//   nvcc -std=c++20 -O2 -Iinclude -x cu examples/06_batch.cpp
#include <cnnpool/cnnpool.hpp>

#include <cstdio>
#include <cstring>
#include <vector>

#include "standard_output.hpp"

#ifdef __CUDACC__
#include <cnnpool/backend/cuda/cuda.cuh>
using backend = cnnpool::cuda_backend;
void copy(void* to, const void* from, std::size_t bytes) {
  cnnpool::detail::check_cuda(cudaMemcpy(to, from, bytes, cudaMemcpyDefault), "copy");
}
#else
using backend = cnnpool::cpu;
void copy(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
#endif
using space = backend::space;

int main() {
  const cnnpool::shape shape{.n = 8, .c = 512, .h = 24, .w = 32};
  std::vector<float> activations(static_cast<std::size_t>(checked_size(shape, "example")));
  for (std::size_t i = 0; i < activations.size(); ++i)  // image k has its largest values in channels k, k+8, ...
    activations[i] = (i / 768 % 8 == i / 768 / 512 ? 2.f : 1.f) * static_cast<float>(i * 7919 % 1009) / 1009.f;

  // A network on the device would have left them here.
  cnnpool::basic_workspace<space> input(activations.size() * sizeof(float));
  copy(input.data(), activations.data(), activations.size() * sizeof(float));
  const cnnpool::feature_view<float, space> x(static_cast<const float*>(input.data()), shape, cnnpool::nchw);

  const auto describe = cnnpool::rmac{.levels = 3} | cnnpool::power{} | cnnpool::l2{};
  const cnnpool::index_t d = descriptor_size(describe, shape);
  cnnpool::basic_workspace<space> rows(static_cast<std::size_t>(shape.n * d) * sizeof(float)), temporaries;
  const cnnpool::descriptor_span<float, space> out(static_cast<float*>(rows.data()), shape.n, d);
  cnnpool::pool_into(backend{}, x, describe, out, temporaries);

  // Copied back once, for all images.
  cnnpool::descriptors<float> result(shape.n, d);
  copy(result.data(), rows.data(), result.values().size() * sizeof(float));
  for (cnnpool::index_t n = 0; n < shape.n; ++n) {
    cnnpool::index_t largest = 0;
    for (cnnpool::index_t j = 0; j < d; ++j)
      if (result(n, j) > result(n, largest) + 1e-4f) largest = j;
    std::printf("image %d: %d components, the largest is %.3f, of group %d\n", static_cast<int>(n), static_cast<int>(d),
                static_cast<double>(result(n, largest)), static_cast<int>(largest % 8));
  }
  return printed();
}

// prints:
// image 0: 512 components, the largest is 0.059, of group 0
// image 1: 512 components, the largest is 0.059, of group 1
// image 2: 512 components, the largest is 0.059, of group 2
// image 3: 512 components, the largest is 0.059, of group 3
// image 4: 512 components, the largest is 0.059, of group 4
// image 5: 512 components, the largest is 0.059, of group 5
// image 6: 512 components, the largest is 0.059, of group 6
// image 7: 512 components, the largest is 0.059, of group 7
