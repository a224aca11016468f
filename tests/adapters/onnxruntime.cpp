#include <onnxruntime_cxx_api.h>

#include <cnnpool/adapters/onnxruntime.hpp>

#include "adapters/onnx_model.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::at;

namespace {
const Ort::Env& env() {
  static const Ort::Env e(ORT_LOGGING_LEVEL_ERROR, "test");
  return e;
}
Ort::MemoryInfo cpu_memory() { return Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault); }

template <class T>
Ort::Value tensor(std::vector<T>& v, std::vector<std::int64_t> dims, ONNXTensorElementDataType type) {
  return Ort::Value::CreateTensor(cpu_memory(), v.data(), v.size() * sizeof(T), dims.data(), dims.size(), type);
}
}  // namespace

TEST_CASE("a convolution, before its ReLU and after it") {
  testing::convolution c;
  const std::string model = onnx_with_output(testing::onnx_model(c), "conv1");
  Ort::Session session(env(), model.data(), model.size(), Ort::SessionOptions());
  const Ort::Value in = tensor(c.input, {2, 3, 6, 5}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  const char *in_name = "image", *out_names[] = {"conv1", "relu1"};
  std::vector<Ort::Value> out = session.Run(Ort::RunOptions(), &in_name, &in, 1, out_names, 2);
  const std::string policies = c.check(as_view(out[0]));
  c.check(as_view(out[1]), true);
  const long before = testing::allocations();
  out[0].GetTensorTypeAndShapeInfo().GetShape();
  const long own = testing::allocations() - before;
  CHECK_ADAPTER(
      out[0], {.extents = {2, 20, 6, 5}, .stride = strides{600, 30, 5, 1}, .of_framework = own},
      [&](auto n, auto k, auto h, auto w) -> const float& {
        return out[0].At<float>({n, k, h, w});
      },
      [&] {
        out[0].At<float>({1, 2, 3, 4}) = 77;
      });
  CHECK(pool(out, max()).rows() == 4);  // a list of batches
  testing::ran("ONNX Runtime", OrtGetApiBase()->GetVersionString(), policies,
               "network: conv1 and relu1; element types");
}
TEST_CASE("tokens") {
  std::vector<float> memory(2 * 9 * 4);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  Ort::Value t = tensor(memory, {2, 9, 4}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  testing::same_tokens(t, [&](auto n, auto token, auto c) -> const float& {
    return t.At<float>({n, token, c});
  });
}
TEST_CASE("element types, unowned values, batch 0") {
  std::vector<std::uint16_t> memory(24, 0x3c00);
  const std::pair<ONNXTensorElementDataType, scalar_type> types[] = {
      {ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, scalar_type::float16},
      {ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16, scalar_type::bfloat16},
      {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, scalar_type::int8},
      {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, scalar_type::uint8},
      {ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, scalar_type::float64}};
  for (const auto& [theirs, ours] : types) {
    const Ort::Value t = tensor(memory, {1, 2, 3, 1}, theirs);
    CHECK(as_view(t).type() == ours);
  }
  const Ort::Value half = tensor(memory, {2, 3, 4}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16);
  CHECK(pool(half, sum{})(0, 1) == 12);
  CHECK(as_view(half, {.axes = "hwc"}).extents() == shape{1, 4, 2, 3});
  const auto unowned = half.GetConst();
  CHECK(as_view(unowned).data() == memory.data());
  STATIC_REQUIRE((detail::owns_memory<Ort::Value> && !detail::owns_memory<Ort::ConstValue>));
  std::vector<std::int8_t> bytes(6, 5);
  const Ort::Value quantized = tensor(bytes, {2, 3}, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8);
  CHECK(pool(as_view(quantized, {.quantized = {0.5f, 3}}), max())(1, 2) == 1);
  std::vector<float> none(1);
  const Ort::Value empty = tensor(none, {0, 3, 4, 4}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  CHECK(as_view(empty).extents() == shape{0, 3, 4, 4});
}
TEST_CASE("what cannot be read is one sentence") {
  const auto said = [](const Ort::Value& v, const hints& h = {}) { return sentence([&] { as_view(v, h); }); };
  std::vector<std::int64_t> memory(4);
  CHECK(said(tensor(memory, {2, 2}, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64)) ==
        "as_view: the Ort::Value has elements of ONNX data type 7, expected FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT8 or "
        "UINT8");
  CHECK(said(tensor(memory, {1, 1, 1, 1, 1}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) ==
        "as_view: the Ort::Value has 5 axes, expected 1 to 4");
  CHECK(said(tensor(memory, {}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)) ==
        "as_view: the Ort::Value has 0 axes, expected 1 to 4");
  CHECK(said(Ort::Value(nullptr)) == "as_view: the Ort::Value is empty");
  Ort::Value t = tensor(memory, {2}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  const Ort::Value taken = std::move(t);
  CHECK(said(t) == "as_view: the Ort::Value is empty");
  Ort::AllocatorWithDefaultOptions allocator;
  const std::int64_t dims[] = {4};
  const Ort::Value sparse = Ort::Value::CreateSparseTensor<float>(allocator, {dims, 1});
  CHECK(said(sparse) == "as_view: the Ort::Value is a sparse tensor, sequence, map or none, expected a tensor");
  const Ort::MemoryInfo gpu("Cuda", OrtDeviceAllocator, 0, OrtMemTypeDefault);
  const std::int64_t two[] = {2, 2};
  const Ort::Value on_gpu =
      Ort::Value::CreateTensor(gpu, memory.data(), 16, two, 2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  CHECK(said(on_gpu) == "as_view: the Ort::Value is on device type 1, expected CPU memory (bind the output to it)");
  CHECK(said(taken, {.axes = "nhwc"}) == "as_view: axes \"nhwc\" name 4 axes, the tensor has 1");
}
TEST_CASE("a layer that the graph does not have is found by the framework") {
  testing::convolution c;
  const std::string model = onnx_with_output(testing::onnx_model(c), "conv9");
  CHECK_THROWS_AS(Ort::Session(env(), model.data(), model.size(), Ort::SessionOptions()), Ort::Exception);
}
