#include <cnnpool/adapters/eigen_tensor.hpp>

#include "adapters/same_elements.hpp"
#include "adapters/same_tokens.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("tensors of both storage orders, of fixed size, maps; the caller names the axes") {
  Eigen::Tensor<float, 4> t(5, 6, 20, 2);
  t.setRandom();
  same_elements(t, {2, 20, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& { return t(w, h, c, n); },
                {.axes = "whcn"});
  Eigen::Tensor<double, 3, Eigen::RowMajor> r(4, 3, 2);
  r.setRandom();
  same_elements(r, {1, 2, 4, 3}, [&](auto, auto c, auto h, auto w) -> const double& { return r(h, w, c); },
                {.axes = "hwc"});
  Eigen::TensorFixedSize<float, Eigen::Sizes<3, 4>> fixed;
  fixed.setRandom();
  same_elements(fixed, {.n = 3, .c = 4}, [&](auto n, auto c, auto, auto) -> const float& { return fixed(n, c); },
                {.axes = "nc"});
  const Eigen::TensorMap<const Eigen::Tensor<float, 2>> map(t.data(), 10, 12);
  same_elements(map, {.n = 12, .c = 10}, [&](auto n, auto c, auto, auto) -> const float& { return map(c, n); },
                {.axes = "cn"});
  Eigen::Tensor<float, 2, Eigen::RowMajor, int> short_index(2, 3);
  short_index.setRandom();
  same_elements(
      short_index, {.n = 2, .c = 3},
      [&](auto n, auto c, auto, auto) -> const float& { return short_index(static_cast<int>(n), static_cast<int>(c)); },
      {.axes = "nc"});
  Eigen::Tensor<std::uint8_t, 1> bytes(3);
  bytes.setConstant(7);
  CHECK(pool(as_view(bytes, {.axes = "h", .quantized = {0.5f, 1}}), sum{})(0, 0) == 9);
}
TEST_CASE("tokens, in both storage orders") {
  Eigen::Tensor<float, 3> t(4, 9, 2);
  t.setRandom();
  testing::same_tokens(t, [&](auto n, auto token, auto c) -> const float& { return t(c, token, n); }, {.axes = "cwn"});
  Eigen::Tensor<float, 3, Eigen::RowMajor> r(2, 9, 4);
  r.setRandom();
  testing::same_tokens(r, [&](auto n, auto token, auto c) -> const float& { return r(n, token, c); });
}
TEST_CASE("what changes in the tensor is seen through the view; an empty one is nothing") {
  Eigen::Tensor<float, 3> t(5, 6, 2);
  t.setZero();
  const auto x = as_view(t, {.axes = "whc"});
  t(4, 5, 1) = 3;
  CHECK(pool(x, max())(0, 1) == 3);
  const Eigen::Tensor<float, 2> none(3, 0);
  CHECK(pool(as_view(none, {.axes = "cn"}), sum{}).rows() == 0);
}
TEST_CASE("without names, or with others than it has, it is a sentence") {
  const Eigen::Tensor<float, 3> t(2, 2, 2);
  CHECK(sentence([&] { as_view(t); }) ==
        "as_view: an Eigen tensor of 3 axes says nothing of their meaning, expected hints{.axes}");
  CHECK(sentence([&] { as_view(t, {.axes = "nc"}); }) == "as_view: axes \"nc\" name 2 axes, the tensor has 3");
  const Eigen::Tensor<float, 0> number;
  CHECK(sentence([&] { as_view(number, {.axes = "c"}); }) == "as_view: axes \"c\" name 1 axes, the tensor has 0");
  const Eigen::Tensor<float, 5> five(1, 1, 1, 1, 1);
  CHECK(sentence([&] { as_view(five, {.axes = "nchw"}); }) == "as_view: axes \"nchw\" name 4 axes, the tensor has 5");
}
