// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// needs: dlib/cuda/tensor.h
#include <dlib/cuda/tensor.h>
#include <cnnpool/adapters/dlib.hpp>

#ifdef CNNPOOL_GOOD
auto f(const dlib::resizable_tensor& t) { return cnnpool::as_view(t); }
#else
auto f(const dlib::resizable_tensor& t) { return cnnpool::as_view(dlib::resizable_tensor(t)); }
#endif
