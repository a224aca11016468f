// The kernels of the usual policies and types, compiled for every architecture: benchmarks/results/ptxas.md.
#include <cnnpool/backend/cuda/cuda.cuh>
#include <cnnpool/policy/vlad.hpp>
#include <cnnpool/cnnpool.hpp>
#include <cnnpool/post/projection.hpp>

using namespace cnnpool;

template <class T>
void all(const feature_view<T, device_space>& x, const descriptor_span<float, device_space>& out, device_workspace& w,
         const basic_codebook<device_space>& book, const basic_netvlad_head<device_space>& head,
         const basic_projection<device_space>& whiten) {
  pool_into(cuda_backend{}, x, concat(cnnpool::sum{}, cnnpool::max(), cnnpool::gem{}), out, w);
  pool_into(cuda_backend{}, x, crow{} | l2{}, out, w);
  pool_into(cuda_backend{}, x, rmac{}, out, w);
  pool_into(cuda_backend{}, x, vlad(book), out, w);
  pool_into(cuda_backend{}, x, netvlad(book, head), out, w);
  pool_into(cuda_backend{}, x, cnnpool::sum{} | whiten, out, w);
}
template void all(const feature_view<float, device_space>&, const descriptor_span<float, device_space>&,
                  device_workspace&, const basic_codebook<device_space>&, const basic_netvlad_head<device_space>&,
                  const basic_projection<device_space>&);
template void all(const feature_view<float16, device_space>&, const descriptor_span<float, device_space>&,
                  device_workspace&, const basic_codebook<device_space>&, const basic_netvlad_head<device_space>&,
                  const basic_projection<device_space>&);
