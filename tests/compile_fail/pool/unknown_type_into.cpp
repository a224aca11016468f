// expect: cnnpool::pool: no adapter for this type
#include <cnnpool/cnnpool.hpp>

void f(cnnpool::descriptor_span<float> out, cnnpool::workspace& w) {
#ifdef CNNPOOL_GOOD
  const cnnpool::feature_view<float> x;
#else
  const int x = 0;
#endif
  cnnpool::pool_into(cnnpool::reference{}, x, cnnpool::max(), out, w);
}
