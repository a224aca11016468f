// expect: cnnpool::pool: no adapter for this type
#include <cnnpool/cnnpool.hpp>

auto f() {
#ifdef CNNPOOL_GOOD
  const cnnpool::feature_view<float> x;
#else
  const char* x = "";
#endif
  return cnnpool::workspace_bytes(cnnpool::cpu{}, x, cnnpool::max());
}
