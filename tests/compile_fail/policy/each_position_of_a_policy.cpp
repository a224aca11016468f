// expect: cnnpool::each_position: the argument is not a stage
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using inner = cnnpool::l2;
#else
using inner = cnnpool::average;
#endif

cnnpool::descriptors<float> f(const cnnpool::feature_view<float>& x) {
  return cnnpool::pool(x, cnnpool::each_position(inner{}) | cnnpool::average{});
}
