#include <dlib/dnn.h>
#include <dlib/revision.h>

#include <cnnpool/adapters/armadillo.hpp>
#include <cnnpool/adapters/caffe.hpp>
#include <cnnpool/adapters/dlib.hpp>
#include <cnnpool/adapters/torch.hpp>

#include "adapters/convolution.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;

namespace {
template <class SUBNET>
using conv20 = dlib::con<20, 3, 3, 1, 1, SUBNET>;
using network = dlib::tag1<conv20<dlib::input<dlib::matrix<float>>>>;

const float& element(const dlib::tensor& t, index_t n, index_t c, index_t h, index_t w) {
  return t.host()[((n * t.k() + c) * t.nr() + h) * t.nc() + w];
}
}  // namespace

TEST_CASE("resizable_tensor, tensor, alias_tensor") {
  dlib::resizable_tensor t(2, 20, 6, 5);
  float next = 0;
  for (float& v : t) v = next++;
  CHECK_ADAPTER(
      t, {.extents = {2, 20, 6, 5}}, [&](auto... i) -> const float& { return element(t, i...); },
      [&] { t.host()[100] = -9; });
  const dlib::tensor& base = t;
  CHECK(pool(base, max())(1, 19) == 1199);
  const dlib::alias_tensor alias(1, 20, 6, 5);
  auto second = alias(t, 600);
  CHECK_ADAPTER(second, {.extents = {1, 20, 6, 5}},
                [&](auto, auto... i) -> const float& { return element(t, 1, i...); });
  CHECK(as_view(t, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
}
TEST_CASE("tokens: dlib has them as rows of a map, one channel") {
  dlib::resizable_tensor t(2, 1, 9, 4);
  float next = 0;
  for (float& v : t) v = next++;
  testing::same_tokens(
      t, [&](auto n, auto token, auto c) -> const float& { return element(t, n, 0, token, c); }, {.axes = "nhwc"});
}
TEST_CASE("a convolution") {
  const testing::convolution c;
  dlib::tt::tensor_conv conv;
  dlib::resizable_tensor in(2, 3, 6, 5), weights(20, 3, 3, 3), bias(1, 20, 1, 1), out;
  std::copy(c.input.begin(), c.input.end(), in.host_write_only());
  std::copy(c.weights.begin(), c.weights.end(), weights.host_write_only());
  std::copy(c.bias.begin(), c.bias.end(), bias.host_write_only());
  conv.setup(in, weights, 1, 1, 1, 1);
  conv(false, out, in, weights);
  dlib::tt::add(1, out, 1, bias);
  const std::string policies = c.check(as_view(out));
  testing::ran("dlib", std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION), policies,
               "tensors, tensor_conv, a network's layer");
}
TEST_CASE("a layer of a network; behind one that works in place it is an exception of dlib's") {
  using net_type = dlib::relu<
      dlib::con<4, 3, 3, 1, 1, dlib::relu<dlib::tag1<dlib::con<8, 3, 3, 1, 1, dlib::input<dlib::matrix<float>>>>>>>;
  net_type net;
  dlib::matrix<float> image(7, 9);
  image = 0.5f;
  net(image);
  const dlib::tensor& last = net.get_output();
  const auto x = as_view(last);
  CHECK(x.extents().c == 4);
  for (index_t i = 0; i < 4; ++i) CHECK(x(0, i, 2, 2) >= 0);
  CHECK_THROWS(dlib::layer<1>(net).get_output());
}
TEST_CASE("empty and moved from") {
  STATIC_REQUIRE((viewable<dlib::resizable_tensor> && detail::owns_memory<dlib::resizable_tensor>));
  STATIC_REQUIRE((viewable<dlib::tensor> && !detail::owns_memory<dlib::tensor>));
  dlib::resizable_tensor t;
  CHECK(as_view(t).extents() == shape{0, 0, 0, 0});
  dlib::resizable_tensor full(1, 2, 3, 4);
  const dlib::resizable_tensor taken = std::move(full);
  CHECK(as_view(taken).extents() == shape{1, 2, 3, 4});
  CHECK(as_view(full).extents() == shape{0, 0, 0, 0});
  CHECK(sentence([&] { as_view(t, {.axes = "chw"}); }) == "as_view: axes \"chw\" name 3 axes, the tensor has 4");
}
