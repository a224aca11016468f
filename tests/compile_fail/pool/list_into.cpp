// expect: cnnpool::pool: only pool(x, policy) takes a range of views; call this function once per view
#include <vector>

#include <cnnpool/cnnpool.hpp>

void f(const std::vector<cnnpool::feature_view<float>>& list, cnnpool::descriptors<float>& out, cnnpool::workspace& w) {
#ifdef CNNPOOL_GOOD
  out = cnnpool::pool(list, cnnpool::max{});
  for (const auto& x : list) cnnpool::pool_into(x, cnnpool::max{}, out, w);
#else
  cnnpool::pool_into(list, cnnpool::max{}, out, w);
#endif
}
