// expect: nor an adapted matrix, or it is const
// A row of descriptors that are const.
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using rows = cnnpool::descriptors<float>;
#else
using rows = const cnnpool::descriptors<float>;
#endif

void f(const cnnpool::feature_view<float>& x, rows& out, cnnpool::workspace& w) {
  cnnpool::pool_into(x, cnnpool::max(), out[0], w);
}
