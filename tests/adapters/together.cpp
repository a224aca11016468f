// All adapters in one translation unit; no type has two.
#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/adapters/dlpack.hpp>
#include <cnnpool/adapters/eigen.hpp>
#include <cnnpool/adapters/eigen_tensor.hpp>
#include <cnnpool/adapters/mdspan.hpp>
#include <cnnpool/adapters/std.hpp>
#include <cnnpool/adapters/xtensor.hpp>
#include <xtensor/xtensor.hpp>

#include "catch.hpp"

using namespace cnnpool;

TEST_CASE("every type has its one adapter") {
  const Eigen::MatrixXf m = Eigen::MatrixXf::Ones(1, 2);
  const Eigen::Tensor<float, 2> t(1, 2);
  const xt::xtensor<float, 2> x({1, 2});
  const std::vector<float> v(2);
  const descriptors<float> d(1, 2);
  CHECK(as_view(m).extents() == shape{1, 2, 1, 1});
  CHECK(as_view(t, {.axes = "nc"}).extents() == shape{1, 2, 1, 1});
  CHECK(as_view(x).extents() == shape{1, 2, 1, 1});
  CHECK(as_view(v).extents() == shape{1, 2, 1, 1});
  CHECK(as_view(d).extents() == shape{1, 2, 1, 1});
}
