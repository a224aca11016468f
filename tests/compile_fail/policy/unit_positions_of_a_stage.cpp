// expect: cnnpool::operator|: what stands behind unit_positions
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using inner = cnnpool::average;
#else
using inner = cnnpool::l2;
#endif

cnnpool::descriptors<float> f(const cnnpool::feature_view<float>& x) {
  return cnnpool::pool(x, cnnpool::unit_positions{} | inner{});
}
