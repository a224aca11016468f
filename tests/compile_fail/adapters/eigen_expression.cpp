// expect: cnnpool::as_view: this Eigen expression has no memory to view; assign it to a matrix first
// needs: Eigen/Core
#include <cnnpool/adapters/eigen.hpp>

auto f(const Eigen::MatrixXf& m) {
#ifdef CNNPOOL_GOOD
  return cnnpool::as_view(m);
#else
  return cnnpool::as_view(m + m);
#endif
}
