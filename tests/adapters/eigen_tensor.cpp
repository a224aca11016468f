#include <cnnpool/adapters/eigen_tensor.hpp>

#include "adapters/same_elements.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("tensors of both storage orders; the caller names the axes") {
  Eigen::Tensor<float, 4> t(5, 6, 20, 2);
  t.setRandom();
  same_elements(as_view(t, {.axes = "whcn"}), {2, 20, 6, 5},
                [&](auto n, auto c, auto h, auto w) -> const float& { return t(w, h, c, n); });
  Eigen::Tensor<double, 3, Eigen::RowMajor> r(4, 3, 2);
  r.setRandom();
  same_elements(as_view(r, {.axes = "hwc"}), {1, 2, 4, 3}, [&](auto, auto c, auto h, auto w) -> const double& { return r(h, w, c); });
  const Eigen::TensorMap<const Eigen::Tensor<float, 2>> map(t.data(), 10, 12);
  same_elements(as_view(map, {.axes = "cn"}), {.n = 12, .c = 10}, [&](auto n, auto c, auto, auto) -> const float& { return map(c, n); });
}
TEST_CASE("without names it is a sentence") {
  const Eigen::Tensor<float, 3> t(2, 2, 2);
  CHECK(sentence([&] { as_view(t); }) == "as_view: an Eigen tensor of 3 axes says nothing of their meaning, expected hints{.axes}");
  CHECK(sentence([&] { as_view(t, {.axes = "nc"}); }) == "as_view: axes \"nc\" name 2 axes, the tensor has 3");
}
