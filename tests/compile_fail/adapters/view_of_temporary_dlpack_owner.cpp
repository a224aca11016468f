// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
#include <cnnpool/adapters/dlpack.hpp>

auto f(cnnpool::dlpack::managed_tensor* managed) {
#ifdef CNNPOOL_GOOD
  return cnnpool::as_view(*managed);
#else
  return cnnpool::as_view(cnnpool::dlpack::owner(managed));
#endif
}
