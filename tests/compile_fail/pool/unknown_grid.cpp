// expect: cnnpool::pool_regions: this is not a region grid; a grid has regions(h, w)
#include <cnnpool/cnnpool.hpp>

void f(const cnnpool::feature_view<float>& x) {
#ifdef CNNPOOL_GOOD
  cnnpool::pool_regions(x, cnnpool::max(), cnnpool::rmac_grid{});
#else
  cnnpool::pool_regions(x, cnnpool::max(), 3);
#endif
}
