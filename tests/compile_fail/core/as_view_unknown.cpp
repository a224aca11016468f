// expect: cnnpool::as_view: no adapter for this type
#include <cnnpool/adapter.hpp>

#ifdef CNNPOOL_GOOD
auto f(const cnnpool::feature_view<float>& x) { return cnnpool::as_view(x); }
#else
auto f(const float* x) { return cnnpool::as_view(x); }
#endif
