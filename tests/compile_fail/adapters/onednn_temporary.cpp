// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// needs: oneapi/dnnl/dnnl.hpp
#include <cnnpool/adapters/onednn.hpp>

#ifdef CNNPOOL_GOOD
auto f(const dnnl::memory& t) { return cnnpool::as_view(t); }
#else
auto f(const dnnl::memory& t) { return cnnpool::as_view(dnnl::memory(t)); }
#endif
