// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// needs: openvino/runtime/tensor.hpp
#include <cnnpool/adapters/openvino.hpp>

#ifdef CNNPOOL_GOOD
auto f(const ov::Tensor& t) { return cnnpool::as_view(t); }
#else
auto f(const ov::Tensor& t) { return cnnpool::as_view(ov::Tensor(t)); }
#endif
