// expect: cnnpool::only: name at least one scalar type, e.g. only<float, float16>(x)
#include <cnnpool/core/any_feature_view.hpp>

auto f(const cnnpool::any_feature_view& x) {
#ifdef CNNPOOL_GOOD
  return cnnpool::only<float>(x).extents();
#else
  return cnnpool::only<>(x).extents();
#endif
}
