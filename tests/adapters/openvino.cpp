#include <openvino/openvino.hpp>

#include <cnnpool/adapters/openvino.hpp>

#include "adapters/onnx_model.hpp"
#include "adapters/one_descriptor.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::at;

namespace {
/// What OpenVINO allocates to say whether the tensor is remote, and its strides.
long own_allocations(const ov::Tensor& t) {
  const long before = testing::allocations();
  CHECK(!t.is<ov::RemoteTensor>());
  t.get_strides();
  return testing::allocations() - before;
}
std::string said(const ov::Tensor& t, const hints& h = {}) {
  return sentence([&] { as_view(t, h); });
}
}  // namespace

TEST_CASE("tensors and regions of interest") {
  ov::Tensor t(ov::element::f32, {2, 20, 6, 5});
  float* const p = t.data<float>();
  for (std::size_t i = 0; i < t.get_size(); ++i) p[i] = static_cast<float>(i);
  CHECK_ADAPTER(
      t, {.extents = {2, 20, 6, 5}, .stride = strides{600, 30, 5, 1}, .of_framework = own_allocations(t)},
      [&](auto n, auto c, auto h, auto w) -> const float& { return p[n * 600 + c * 30 + h * 5 + w]; },
      [&] { p[7] = -1; });
  const ov::Tensor part(t, {1, 2, 1, 0}, {2, 17, 5, 4});
  CHECK_ADAPTER(part,
                {.extents = {1, 15, 4, 4}, .stride = strides{600, 30, 5, 1}, .of_framework = own_allocations(part)},
                [&](auto, auto c, auto h, auto w) -> const float& { return p[600 + (c + 2) * 30 + (h + 1) * 5 + w]; });
  CHECK(as_view(t, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
}
TEST_CASE("tokens, and a region of interest of them") {
  ov::Tensor t(ov::element::f32, {2, 12, 4});
  float* const p = t.data<float>();
  for (std::size_t i = 0; i < t.get_size(); ++i) p[i] = static_cast<float>(i);
  const ov::Tensor part(t, {0, 2, 0}, {2, 11, 4}), whole(ov::element::f32, {2, 9, 4}, p);
  testing::same_tokens(
      part, [&](auto n, auto token, auto c) -> const float& { return p[(n * 12 + token + 2) * 4 + c]; });
  testing::same_tokens(whole, [&](auto n, auto token, auto c) -> const float& { return p[(n * 9 + token) * 4 + c]; });
}
TEST_CASE("element types and batch 0") {
  const std::pair<ov::element::Type, scalar_type> types[] = {{ov::element::f16, scalar_type::float16},
                                                             {ov::element::bf16, scalar_type::bfloat16},
                                                             {ov::element::f64, scalar_type::float64},
                                                             {ov::element::i8, scalar_type::int8},
                                                             {ov::element::u8, scalar_type::uint8}};
  for (const auto& [theirs, ours] : types) {
    const ov::Tensor t(theirs, {1, 2, 3, 4});
    CHECK(as_view(t).type() == ours);
    CHECK(as_view(t).stride() == strides{0, 12, 4, 1});
  }
  const ov::Tensor none(ov::element::f32, {0, 3, 4, 4});
  CHECK(as_view(none).extents() == shape{0, 3, 4, 4});
  ov::Tensor bytes(ov::element::u8, {2, 3});
  std::fill_n(bytes.data<std::uint8_t>(), 6, std::uint8_t{9});
  CHECK(pool(as_view(bytes, {.quantized = {0.5f, 1}}), max())(1, 2) == 4);
}
TEST_CASE("a network: a layer before its ReLU and after it") {
  testing::convolution c;
  ov::Core core;
  const std::shared_ptr<ov::Model> model = core.read_model(testing::onnx_model(c), ov::Tensor());
  model->add_output("conv1");
  ov::CompiledModel compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32));
  ov::InferRequest request = compiled.create_infer_request();
  request.set_input_tensor(ov::Tensor(ov::element::f32, {2, 3, 6, 5}, c.input.data()));
  request.infer();
  const ov::Tensor conv = request.get_tensor("conv1"), relu = request.get_tensor("relu1");
  const std::string policies = c.check(as_view(conv));
  c.check(as_view(relu), true);
  const std::string build = ov::get_openvino_version().buildNumber;
  testing::ran("OpenVINO", build.substr(0, build.find('-')), policies, "network: conv1 and relu1; regions of interest");
}
TEST_CASE("a vector is one descriptor, as input and as output") {
  float numbers[] = {3, 4, 12}, memory[3];
  const ov::Tensor x(ov::element::f32, {3}, numbers);
  ov::Tensor out(ov::element::f32, {3}, memory);
  testing::is_one_descriptor(x, out);
}
TEST_CASE("results go into two axes of f32") {
  const std::vector<float> images = {1, 2, 3, 4, 5, 6};
  const feature_view<float> x(images.data(), {.n = 2, .c = 3}, nchw);
  workspace w;
  ov::Tensor out(ov::element::f32, {2, 3});
  pool_into(x, max(), out, w);
  CHECK((out.data<float>()[0] == 1 && out.data<float>()[5] == 6));
  ov::Tensor big(ov::element::f32, {4, 5});
  std::fill_n(big.data<float>(), 20, 0.0f);
  ov::Tensor part(big, {1, 1}, {3, 4});
  pool_into(x, max(), part, w);
  CHECK((big.data<float>()[6] == 1 && big.data<float>()[13] == 6 && big.data<float>()[9] == 0));
  ov::Tensor doubles(ov::element::f64, {2, 3}), three(ov::element::f32, {2, 3, 1});
  CHECK(sentence([&] { pool_into(x, max(), doubles, w); }) ==
        "pool_into: the ov::Tensor output has elements of f64, expected f32");
  CHECK(sentence([&] { pool_into(x, max(), three, w); }) ==
        "pool_into: the ov::Tensor output has 3 axes, expected 1 or 2");
}
TEST_CASE("what cannot be read is one sentence") {
  CHECK(said(ov::Tensor()) == "as_view: the ov::Tensor is empty");
  CHECK(said(ov::Tensor(ov::element::f32, {1, 1, 1, 1, 1})) == "as_view: the ov::Tensor has 5 axes, expected 1 to 4");
  CHECK(said(ov::Tensor(ov::element::f32, {})) == "as_view: the ov::Tensor has 0 axes, expected 1 to 4");
  CHECK(said(ov::Tensor(ov::element::i64, {2})) ==
        "as_view: the ov::Tensor has elements of i64, expected f16, f32, f64, bf16, i8 or u8");
  CHECK(said(ov::Tensor(ov::element::i4, {2})) ==
        "as_view: the ov::Tensor has elements of i4, expected f16, f32, f64, bf16, i8 or u8");
  ov::Tensor t(ov::element::f32, {2, 3});
  const ov::Tensor taken = std::move(t);
  CHECK(said(t) == "as_view: the ov::Tensor is empty");
  CHECK(said(taken, {.axes = "w"}) == "as_view: axes \"w\" name 1 axes, the tensor has 2");
}
