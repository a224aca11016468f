// expect: cnnpool::pool: the argument in front of the activations is not a backend
#include <cnnpool/cnnpool.hpp>

void f(const cnnpool::feature_view<float>& x) {
#ifdef CNNPOOL_GOOD
  cnnpool::pool(cnnpool::cpu{}, x, cnnpool::max());
#else
  cnnpool::pool(7, x, cnnpool::max());
#endif
}
