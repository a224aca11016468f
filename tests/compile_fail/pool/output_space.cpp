// expect: cnnpool::pool_into: the output is in another memory space than the one this backend writes
// Descriptors of a GPU's memory for a backend of the host.
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using out_space = cnnpool::host_space;
#else
using out_space = cnnpool::device_space;
#endif

void f(const cnnpool::feature_view<float>& x, cnnpool::descriptor_span<float, out_space> out, cnnpool::workspace& w) {
  cnnpool::pool_into(cnnpool::cpu{}, x, cnnpool::max(), out, w);
}
