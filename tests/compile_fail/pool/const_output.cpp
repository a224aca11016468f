// expect: nor an adapted matrix, or it is const
#include <cnnpool/cnnpool.hpp>

void f(const cnnpool::feature_view<float>& x, cnnpool::workspace& w) {
#ifdef CNNPOOL_GOOD
  cnnpool::descriptors<float> out(1, 1);
#else
  const cnnpool::descriptors<float> out(1, 1);
#endif
  cnnpool::pool_into(x, cnnpool::max(), out, w);
}
