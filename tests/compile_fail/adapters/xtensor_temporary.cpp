// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// needs: xtensor/xtensor.hpp
#include <cnnpool/adapters/xtensor.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

auto f(const xt::xtensor<float, 2>& t) {
#ifdef CNNPOOL_GOOD
  return cnnpool::as_view(xt::view(t, 1));
#else
  return cnnpool::as_view(xt::xtensor<float, 2>(t));
#endif
}
