// expect: cnnpool::pool_into: the output is neither descriptors nor a descriptor_span nor a row of either nor an adapted matrix
#include <cnnpool/cnnpool.hpp>

void f(const cnnpool::feature_view<float>& x, cnnpool::workspace& w) {
#ifdef CNNPOOL_GOOD
  cnnpool::descriptors<float> out(1, 1);
#else
  float* out = nullptr;
#endif
  cnnpool::pool_into(x, cnnpool::max(), out, w);
}
