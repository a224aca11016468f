// expect: cnnpool::pool: nothing stands behind the policy; a backend goes in front of the tensor, hints to as_view(tensor, hints)
#include <cnnpool/cnnpool.hpp>

void f(const cnnpool::feature_view<float>& x) {
#ifdef CNNPOOL_GOOD
  cnnpool::pool(x, cnnpool::max());
#else
  cnnpool::pool(x, cnnpool::max(), cnnpool::hints{.axes = "nchw"});
#endif
}
