#include <tensorflow/c/c_api.h>
#include <tensorflow/c/eager/c_api.h>

#include <cnnpool/adapters/tensorflow.hpp>

#include <cstring>
#include <memory>

#include "adapters/convolution.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::at;

namespace {
struct deleter {
  void operator()(TF_Tensor* t) const { TF_DeleteTensor(t); }
  void operator()(TF_Status* s) const { TF_DeleteStatus(s); }
  void operator()(TFE_Context* c) const { TFE_DeleteContext(c); }
  void operator()(TFE_ContextOptions* o) const { TFE_DeleteContextOptions(o); }
  void operator()(TFE_TensorHandle* h) const { TFE_DeleteTensorHandle(h); }
  void operator()(TFE_Op* o) const { TFE_DeleteOp(o); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

owned<TF_Tensor> tensor(const std::vector<std::int64_t>& dims, TF_DataType type = TF_FLOAT) {
  std::size_t bytes = TF_DataTypeSize(type);
  for (const std::int64_t d : dims) bytes *= static_cast<std::size_t>(d);
  owned<TF_Tensor> t(TF_AllocateTensor(type, dims.data(), static_cast<int>(dims.size()), bytes));
  std::memset(TF_TensorData(t.get()), 0, bytes);
  return t;
}
std::string said(const owned<TF_Tensor>& t, const hints& h = {}) {
  return sentence([&] { as_view(*t, h); });
}
}  // namespace

TEST_CASE("channels last by default, NCHW by a hint, element types, batch 0") {
  const owned<TF_Tensor> t = tensor({2, 6, 5, 20});
  float* const p = static_cast<float*>(TF_TensorData(t.get()));
  for (int i = 0; i < 1200; ++i) p[i] = static_cast<float>(i);
  CHECK_ADAPTER(
      *t, {.extents = {2, 20, 6, 5}, .stride = strides{600, 1, 100, 20}},
      [&](auto n, auto c, auto h, auto w) -> const float& { return p[n * 600 + h * 100 + w * 20 + c]; },
      [&] { p[7] = -1; });
  CHECK(as_view(*t, {.axes = "nchw"}).extents() == shape{2, 6, 5, 20});
  CHECK(as_view(*tensor({6, 5, 20})).extents() == shape{1, 20, 6, 5});
  CHECK(as_view(*tensor({6, 5})).extents() == shape{6, 5, 1, 1});
  CHECK(as_view(*tensor({0, 6, 5, 20})).extents() == shape{0, 20, 6, 5});
  const std::pair<TF_DataType, scalar_type> types[] = {
      {TF_HALF, scalar_type::float16}, {TF_BFLOAT16, scalar_type::bfloat16}, {TF_DOUBLE, scalar_type::float64},
      {TF_INT8, scalar_type::int8},    {TF_QINT8, scalar_type::int8},        {TF_UINT8, scalar_type::uint8},
      {TF_QUINT8, scalar_type::uint8}};
  for (const auto& [theirs, ours] : types) CHECK(as_view(*tensor({2, 3}, theirs)).type() == ours);
  CHECK(as_view(*tensor({2, 3}, TF_UINT8), {.quantized = {0.5f, 3}}).quantized() == quantization{0.5f, 3});
}
TEST_CASE("tokens") {
  const owned<TF_Tensor> t = tensor({2, 9, 4});
  float* const p = static_cast<float*>(TF_TensorData(t.get()));
  for (int i = 0; i < 72; ++i) p[i] = static_cast<float>(i);
  testing::same_tokens(*t, [&](auto n, auto token, auto c) -> const float& { return p[(n * 9 + token) * 4 + c]; });
}
TEST_CASE("a convolution, eagerly") {
  const owned<TF_Status> status(TF_NewStatus());
  const owned<TFE_ContextOptions> options(TFE_NewContextOptions());
  const owned<TFE_Context> context(TFE_NewContext(options.get(), status.get()));
  REQUIRE(TF_GetCode(status.get()) == TF_OK);
  testing::convolution c;
  const owned<TF_Tensor> image = tensor({2, 6, 5, 3}), weights = tensor({3, 3, 3, 20});
  float* const in = static_cast<float*>(TF_TensorData(image.get()));
  float* const w = static_cast<float*>(TF_TensorData(weights.get()));
  for (index_t n = 0; n < 2; ++n)
    for (index_t i = 0; i < 3; ++i)
      for (index_t q = 0; q < 30; ++q) in[(n * 30 + q) * 3 + i] = c.input[at((n * 3 + i) * 30 + q)];
  for (index_t o = 0; o < 20; ++o)
    for (index_t i = 0; i < 3; ++i)
      for (index_t q = 0; q < 9; ++q) w[(q * 3 + i) * 20 + o] = c.weights[at((o * 3 + i) * 9 + q)];
  const owned<TFE_TensorHandle> in_handle(TFE_NewTensorHandle(image.get(), status.get())),
      w_handle(TFE_NewTensorHandle(weights.get(), status.get()));
  const owned<TFE_Op> op(TFE_NewOp(context.get(), "Conv2D", status.get()));
  REQUIRE(TF_GetCode(status.get()) == TF_OK);
  TFE_OpAddInput(op.get(), in_handle.get(), status.get());
  TFE_OpAddInput(op.get(), w_handle.get(), status.get());
  TFE_OpSetAttrType(op.get(), "T", TF_FLOAT);
  const std::int64_t ones[] = {1, 1, 1, 1};
  TFE_OpSetAttrIntList(op.get(), "strides", ones, 4);
  TFE_OpSetAttrString(op.get(), "padding", "SAME", 4);
  TFE_TensorHandle* out = nullptr;
  int outputs = 1;
  TFE_Execute(op.get(), &out, &outputs, status.get());
  REQUIRE(TF_GetCode(status.get()) == TF_OK);
  const owned<TFE_TensorHandle> out_handle(out);
  const owned<TF_Tensor> result(TFE_TensorHandleResolve(out, status.get()));
  REQUIRE(TF_GetCode(status.get()) == TF_OK);
  for (float& b : c.bias) b = 0;
  const std::string policies = c.check(as_view(*result));
  testing::ran("TensorFlow C API", TF_Version(), policies, "eager Conv2D in NHWC; element types");
}
TEST_CASE("what cannot be read is one sentence") {
  CHECK(said(tensor({1, 1, 1, 1, 1})) == "as_view: the TF_Tensor has 5 axes, expected 1 to 4");
  CHECK(said(tensor({})) == "as_view: the TF_Tensor has 0 axes, expected 1 to 4");
  CHECK(
      said(tensor({2}, TF_INT64)) ==
      "as_view: the TF_Tensor has elements of data type 9, expected TF_FLOAT, TF_DOUBLE, TF_HALF, TF_BFLOAT16 or 8-bit "
      "integers");
  CHECK(said(tensor({2}), {.axes = "nc"}) == "as_view: axes \"nc\" name 2 axes, the tensor has 1");
}
