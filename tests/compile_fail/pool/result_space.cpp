// expect: cnnpool::pool: the result would be in host memory, which this backend does not write
// pool, whose result is in host memory, on a backend of device memory.
#include <cnnpool/cnnpool.hpp>

struct device_backend : cnnpool::kernel::backend_archetype {
  using space = cnnpool::device_space;
};

#ifdef CNNPOOL_GOOD
auto f(const cnnpool::feature_view<float>& x) { return cnnpool::pool(cnnpool::cpu{}, x, cnnpool::max()); }
#else
auto f(const cnnpool::feature_view<float, cnnpool::device_space>& x) {
  return cnnpool::pool(device_backend{}, x, cnnpool::max());
}
#endif
