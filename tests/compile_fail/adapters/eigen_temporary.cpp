// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// needs: Eigen/Core
#include <cnnpool/adapters/eigen.hpp>

auto f(const Eigen::MatrixXf& m) {
#ifdef CNNPOOL_GOOD
  return cnnpool::as_view(m.row(0));
#else
  return cnnpool::as_view((m + m).eval());
#endif
}
