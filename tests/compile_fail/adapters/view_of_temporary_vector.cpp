// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
#include <cnnpool/adapters/std.hpp>

#ifdef CNNPOOL_GOOD
auto f(const std::vector<float>& v) { return cnnpool::as_view(v); }
#else
auto f() { return cnnpool::as_view(std::vector<float>(3)); }
#endif
