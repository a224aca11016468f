// expect: cnnpool::pool: this policy takes a list of views
#include <vector>

#include <cnnpool/cnnpool.hpp>

auto f(const cnnpool::feature_view<float>& x, const std::vector<cnnpool::mop_level>& levels) {
#ifdef CNNPOOL_GOOD
  return cnnpool::pool(std::vector{x}, cnnpool::mop_vlad(levels));
#else
  return cnnpool::pool(x, cnnpool::mop_vlad(levels));
#endif
}
