// expect: cnnpool::pool: the activations are in another memory space than the one this backend reads
#include <cnnpool/adapters/cuda_array_interface.hpp>
#include <cnnpool/cnnpool.hpp>

auto f(const cnnpool::cuda_array& a) {
#ifdef CNNPOOL_GOOD
  return cnnpool::as_view(a).extents();
#else
  return cnnpool::pool(a, cnnpool::max());
#endif
}
