// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
#include <cnnpool/adapters/descriptors.hpp>

auto f(const cnnpool::descriptors<float>& d) {
#ifdef CNNPOOL_GOOD
  return cnnpool::as_view(d);
#else
  return cnnpool::as_view(cnnpool::descriptors<float>(d));
#endif
}
