// The kernels of the usual policies and types, compiled for every architecture: benchmarks/results/ptxas.md.
#include <cnnpool/backend/cuda/cuda.cuh>
#include <cnnpool/pooling.hpp>

using namespace cnnpool;

template <class T>
void all(const feature_view<T, device_space>& x, const descriptor_span<float, device_space>& out, device_workspace& w) {
  pool_into(cuda{}, x, concat(cnnpool::sum{}, cnnpool::max{}, cnnpool::gem{}), out, w);
  pool_into(cuda{}, x, crow{} | l2{}, out, w);
  pool_into(cuda{}, x, rmac{}, out, w);
}
template void all(const feature_view<float, device_space>&, const descriptor_span<float, device_space>&,
                  device_workspace&);
template void all(const feature_view<float16, device_space>&, const descriptor_span<float, device_space>&,
                  device_workspace&);
