#include <cnnpool/adapters/tensorrt.hpp>

#include "adapters/packed.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::blocks;
using testing::number;
using testing::packed;

namespace {
constexpr shape s{2, 20, 6, 5};  // 20 channels: no multiple of 8, 16 or 32

any_feature_view view(const std::vector<float>& v, tensor_format f) {
  return testing::made([&] { return tensorrt_view(v.data(), scalar_type::float32, s, f); });
}
}  // namespace

TEST_CASE("linear and packed formats") {
  const auto linear = packed(s, 1200, [](auto n, auto c, auto h, auto w) { return ((n * 20 + c) * 6 + h) * 5 + w; });
  CHECK_ADAPTER(view(linear, tensor_format::linear), {.extents = s}, number);
  const std::pair<tensor_format, index_t> packs[] = {
      {tensor_format::chw2, 2}, {tensor_format::chw4, 4}, {tensor_format::chw16, 16}, {tensor_format::chw32, 32}};
  for (const auto& [format, k] : packs) {
    const auto v = packed(s, 2 * blocks(20, k) * 30 * k, [k = k](auto n, auto c, auto h, auto w) {
      return (((n * blocks(20, k) + c / k) * 6 + h) * 5 + w) * k + c % k;
    });
    CHECK_ADAPTER(view(v, format), {.extents = s}, number);
  }
  const std::pair<tensor_format, index_t> last[] = {
      {tensor_format::hwc, 20}, {tensor_format::hwc8, 24}, {tensor_format::hwc16, 32}};
  for (const auto& [format, row] : last) {
    const auto v =
        packed(s, 60 * row, [row = row](auto n, auto c, auto h, auto w) { return ((n * 6 + h) * 5 + w) * row + c; });
    CHECK_ADAPTER(view(v, format), {.extents = s}, number);
  }
  const auto dla = packed(s, 240 * 16, [](auto n, auto c, auto h, auto w) { return ((n * 20 + c) * 6 + h) * 16 + w; });
  CHECK_ADAPTER(view(dla, tensor_format::dla_linear), {.extents = s}, number);
}
TEST_CASE("the strides of the table, for half and int8") {
  const std::vector<std::uint16_t> memory(8000);
  const auto strides_of = [&](tensor_format f) {
    return tensorrt_view(memory.data(), scalar_type::float16, s, f).stride();
  };
  CHECK(strides_of(tensor_format::hwc8) == strides{720, 1, 120, 24});
  CHECK(strides_of(tensor_format::chw16) == strides{960, 480, 80, 16, 16, 1});
  CHECK(strides_of(tensor_format::dla_linear) == strides{3840, 192, 32, 1});
  const auto bytes = tensorrt_view(memory.data(), scalar_type::int8, s, tensor_format::chw32, {0.1f, 0});
  CHECK(bytes.stride() == strides{960, 1, 160, 32});  // one block: a plain channel stride
  CHECK(bytes.quantized() == quantization{0.1f, 0});
  const auto device = tensorrt_view<device_space>(memory.data(), scalar_type::float16, s, tensor_format::linear);
  CHECK_ADAPTER(device, {.extents = s, .type = scalar_type::float16, .space = "device"}, number);
}
TEST_CASE("tokens are the positions of one row; linear n x tokens x d is kHWC") {
  const shape row{2, 4, 1, 9};
  const auto of_token = [](auto n, auto token, auto c) { return number(n, c, 0, token); };
  for (const auto& [format, step] : {std::pair{tensor_format::hwc, 4}, {tensor_format::hwc8, 8}}) {
    const auto place = [step = step](auto n, auto c, auto, auto w) { return (n * 9 + w) * step + c; };
    const auto v = packed(row, 18 * step, place);
    testing::same_tokens(tensorrt_view(v.data(), scalar_type::float32, row, format), of_token);
  }
  const auto pairs =
      packed(row, 72, [](auto n, auto c, auto, auto w) { return ((n * 2 + c / 2) * 9 + w) * 2 + c % 2; });
  testing::same_tokens(tensorrt_view(pairs.data(), scalar_type::float32, row, tensor_format::chw2), of_token);
}
TEST_CASE("what cannot be read is one sentence") {
  const float memory[4] = {};
  const auto said = [&](const shape& dims, int format, const void* data) {
    return sentence([&] { tensorrt_view(data, scalar_type::float32, dims, static_cast<tensor_format>(format)); });
  };
  for (const int format : {6, 7, 10, 12})
    CHECK(said({1, 2, 1, 2}, format, memory) ==
          "tensorrt_view: format " + std::to_string(format) +
              ", expected kLINEAR, kCHW2, kCHW4, kCHW16, kCHW32, kHWC, kHWC8, kHWC16 or kDLA_LINEAR");
  CHECK(said({1, -1, 1, 2}, 0, memory) == "tensorrt_view: shape 1 x -1 x 1 x 2 has a negative extent");
  CHECK(said({1, 2, 1, 2}, 0, nullptr) == "feature_view: data is a null pointer for a shape of 1 x 2 x 1 x 2");
  CHECK(said({0, 2, 1, 2}, 5, nullptr).empty());
  CHECK_FALSE(said({1, PTRDIFF_MAX, 1, 1}, 5, memory).empty());
}
