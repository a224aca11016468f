// expect: cnnpool::pool: this is a stage, not a pooling policy; put a policy in front of it: policy | stage
#include <cnnpool/cnnpool.hpp>

void f(const cnnpool::feature_view<float>& x) {
#ifdef CNNPOOL_GOOD
  cnnpool::pool(x, cnnpool::sum{} | cnnpool::l2{});
#else
  cnnpool::pool(x, cnnpool::l2{});
#endif
}
