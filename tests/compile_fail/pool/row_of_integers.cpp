// expect: cnnpool::pool_into: the output is neither descriptors nor a descriptor_span nor a row of either nor an adapted matrix
// Descriptors are of float or double, and so is a row of them.
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using scalar = double;
#else
using scalar = int;
#endif

void f(const cnnpool::feature_view<float>& x, cnnpool::descriptors<scalar>& out, cnnpool::workspace& w) {
  cnnpool::pool_into(x, cnnpool::max(), out[0], w);
}
