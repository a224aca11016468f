// expect: cnnpool::as_view: this Eigen expression has no memory to view; assign it to a matrix first
// needs: Eigen/Core
#include <cnnpool/adapters/eigen.hpp>
#include <cnnpool/cnnpool.hpp>

auto f(const Eigen::MatrixXf& m) {
#ifdef CNNPOOL_GOOD
  return cnnpool::pool(m, cnnpool::sum{});
#else
  return cnnpool::pool(m.cwiseAbs(), cnnpool::sum{});
#endif
}
