#include <cnnpool/adapters/tflite.hpp>

#include "adapters/packed.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::number;
using testing::packed;

namespace {
/// TfLiteIntArray and TfLiteTensor, as far as the adapter looks.
struct int_array {
  int size;
  int data[5];
};
struct float_array {
  int size;
  float data[3];
};
struct affine {
  float_array* scale;
  int_array* zero_point;
  int axis;
};
struct tensor {
  int type = 1;
  union {
    void* raw;
  } data = {};
  int_array* dims = nullptr;
  struct {
    float scale = 0;
    std::int32_t zero_point = 0;
  } params = {};
  struct {
    int type = 0;
    void* params = nullptr;
  } quantization = {};
  void* sparsity = nullptr;
};
}  // namespace

TEST_CASE("channels last by default, by rank and by hint") {
  const shape s{2, 20, 6, 5};
  auto v = packed(s, 1200, [](auto n, auto c, auto h, auto w) { return ((n * 6 + h) * 5 + w) * 20 + c; });
  int_array dims{4, {2, 6, 5, 20, 0}};
  tensor t;
  t.data.raw = v.data();
  t.dims = &dims;
  CHECK_ADAPTER(t, {.extents = s, .stride = strides{600, 1, 100, 20}}, number);
  CHECK(as_view(t, {.axes = "nchw"}).extents() == shape{2, 6, 5, 20});
  const auto litert = testing::made([&] { return litert_view(v.data(), scalar_type::float32, 4, dims.data); });
  CHECK_ADAPTER(litert, {.extents = s}, number);
  dims = {3, {6, 5, 20, 0, 0}};
  CHECK(as_view(t).extents() == shape{1, 20, 6, 5});
  dims = {2, {6, 20, 0, 0, 0}};
  CHECK(as_view(t).extents() == shape{6, 20, 1, 1});
  dims = {4, {0, 6, 5, 20, 0}};
  t.data.raw = nullptr;
  CHECK(as_view(t).extents() == shape{0, 20, 6, 5});
}
TEST_CASE("tokens") {
  auto v = packed({2, 4, 1, 9}, 72, [](auto n, auto c, auto, auto w) { return (n * 9 + w) * 4 + c; });
  int_array dims{3, {2, 9, 4, 0, 0}};
  tensor t;
  t.data.raw = v.data();
  t.dims = &dims;
  testing::same_tokens(t, [&](auto n, auto token, auto c) -> const float& {
    return v[static_cast<std::size_t>((n * 9 + token) * 4 + c)];
  });
}
TEST_CASE("scale and zero point, types") {
  std::vector<double> memory(30);
  int_array dims{2, {2, 3, 0, 0, 0}};
  tensor t;
  t.data.raw = memory.data();
  t.dims = &dims;
  const std::pair<int, scalar_type> types[] = {{1, scalar_type::float32},  {3, scalar_type::uint8},
                                               {9, scalar_type::int8},     {10, scalar_type::float16},
                                               {11, scalar_type::float64}, {19, scalar_type::bfloat16}};
  for (const auto& [theirs, ours] : types) {
    t.type = theirs;
    CHECK(as_view(t).type() == ours);
  }
  t.type = 9;
  CHECK(as_view(t, {.quantized = {2, 1}}).quantized() == quantization{2, 1});  // not quantised by itself
  t.params = {0.25f, -3};
  CHECK(as_view(t, {.quantized = {2, 1}}).quantized() == quantization{0.25f, -3});
  float_array one{1, {0.25f, 0, 0}}, three{3, {0.25f, 0.5f, 1}};
  affine scales{&one, nullptr, 0};
  t.quantization = {1, &scales};
  CHECK(as_view(t).quantized() == quantization{0.25f, -3});
  scales.scale = &three;
  CHECK(sentence([&] { as_view(t); }) == "as_view: the TF Lite tensor has 3 scales, expected one for all channels");
}
TEST_CASE("what cannot be read is one sentence") {
  float memory[4] = {};
  int_array dims{2, {2, 2, 0, 0, 0}};
  const auto said = [&](auto change) {
    tensor t;
    t.data.raw = memory;
    t.dims = &dims;
    change(t);
    return sentence([&] { as_view(t); });
  };
  CHECK(said([](tensor&) {}).empty());
  CHECK(said([](tensor& t) { t.dims = nullptr; }) ==
        "as_view: the TF Lite tensor has no shape (AllocateTensors was not called)");
  CHECK(said([](tensor& t) { t.data.raw = nullptr; }) ==
        "feature_view: data is a null pointer for a shape of 2 x 2 x 1 x 1");
  CHECK(said([](tensor& t) { t.sparsity = &t; }) == "as_view: the TF Lite tensor is sparse, expected a dense one");
  CHECK(
      said([](tensor& t) { t.type = 2; }) ==
      "as_view: the TF Lite tensor has elements of TfLiteType 2, expected float32, float64, float16, bfloat16, int8 or "
      "uint8");
  int_array five{5, {1, 1, 1, 1, 1}}, none{0, {}};
  CHECK(said([&](tensor& t) { t.dims = &five; }) == "as_view: the TF Lite tensor has 5 axes, expected 1 to 4");
  CHECK(said([&](tensor& t) { t.dims = &none; }) == "as_view: the TF Lite tensor has 0 axes, expected 1 to 4");
  const std::int32_t ones[] = {1, 1, 1, 1, 1};
  for (const int rank : {0, 5})
    CHECK(sentence([&] { litert_view(memory, scalar_type::float32, rank, ones); }) ==
          "as_view: the TF Lite tensor has " + std::to_string(rank) + " axes, expected 1 to 4");
}
