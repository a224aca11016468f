// expect: cnnpool::pool_regions: it takes no list of views; call it once per view
#include <vector>

#include <cnnpool/cnnpool.hpp>

void f(const std::vector<cnnpool::feature_view<float>>& list, cnnpool::descriptors<float>& out, cnnpool::workspace& w) {
  cnnpool::pool_into(list, cnnpool::max(), out, w);
#ifdef CNNPOOL_GOOD
  for (const auto& x : list) cnnpool::pool_regions(x, cnnpool::max(), cnnpool::rmac_grid{});
#else
  cnnpool::pool_regions(list, cnnpool::max(), cnnpool::rmac_grid{});
#endif
}
