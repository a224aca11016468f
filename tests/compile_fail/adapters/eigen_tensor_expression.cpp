// expect: cnnpool::as_view: this Eigen expression has no memory to view; assign it to a Tensor first
// needs: unsupported/Eigen/CXX11/Tensor
#include <cnnpool/adapters/eigen_tensor.hpp>

auto f(const Eigen::Tensor<float, 2>& t) {
#ifdef CNNPOOL_GOOD
  return cnnpool::as_view(t, {.axes = "nc"});
#else
  return cnnpool::as_view(t + t, {.axes = "nc"});
#endif
}
