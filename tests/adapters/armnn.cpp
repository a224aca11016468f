#include <armnn/ArmNN.hpp>

#include <cnnpool/adapters/armnn.hpp>

#include "adapters/convolution.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::at;

namespace {
std::string said(const armnn::TensorInfo& info, void* data, const hints& h = {}) {
  const armnn::Tensor t(info, data);
  return sentence([&] { as_view(t, h); });
}
/// in -> 3 x 3 convolution -> out on the reference backend, in one data type.
template <class T>
void run(const testing::convolution& c, armnn::DataLayout layout, const armnn::TensorInfo& in,
         const armnn::TensorInfo& out, const armnn::ConstTensor& weights, const armnn::ConstTensor& bias,
         std::vector<T>& input, std::vector<T>& output) {
  armnn::INetworkPtr net = armnn::INetwork::Create();
  armnn::Convolution2dDescriptor d;
  d.m_PadLeft = d.m_PadRight = d.m_PadTop = d.m_PadBottom = d.m_StrideX = d.m_StrideY = 1;
  d.m_BiasEnabled = true;
  d.m_DataLayout = layout;
  armnn::IConnectableLayer* first = net->AddInputLayer(0);
  armnn::IConnectableLayer* conv =
      net->AddConvolution2dLayer(d, weights, armnn::Optional<armnn::ConstTensor>(bias), "conv1");
  armnn::IConnectableLayer* last = net->AddOutputLayer(0);
  first->GetOutputSlot(0).Connect(conv->GetInputSlot(0));
  conv->GetOutputSlot(0).Connect(last->GetInputSlot(0));
  first->GetOutputSlot(0).SetTensorInfo(in);
  conv->GetOutputSlot(0).SetTensorInfo(out);
  armnn::IRuntimePtr runtime = armnn::IRuntime::Create({});
  armnn::IOptimizedNetworkPtr optimized = armnn::Optimize(*net, {armnn::Compute::CpuRef}, runtime->GetDeviceSpec());
  REQUIRE(optimized);
  armnn::NetworkId id = 0;
  REQUIRE(runtime->LoadNetwork(id, std::move(optimized)) == armnn::Status::Success);
  output.resize(at(c.out.n * c.out.c * c.out.h * c.out.w));
  REQUIRE(runtime->EnqueueWorkload(id, {{0, armnn::ConstTensor(in, input.data())}},
                                   {{0, armnn::Tensor(out, output.data())}}) == armnn::Status::Success);
}
unsigned int u(index_t i) { return static_cast<unsigned int>(i); }
armnn::TensorShape dims(const shape& s, bool last) {
  if (last) return armnn::TensorShape({u(s.n), u(s.h), u(s.w), u(s.c)});
  return armnn::TensorShape({u(s.n), u(s.c), u(s.h), u(s.w)});
}
}  // namespace

TEST_CASE("tensors, their buffers and their types") {
  std::vector<float> memory(2 * 3 * 4 * 5);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const armnn::Tensor t({armnn::TensorShape({2, 3, 4, 5}), armnn::DataType::Float32}, memory.data());
  CHECK_ADAPTER(
      t, {.extents = {2, 3, 4, 5}},
      [&](auto n, auto c, auto h, auto w) -> const float& { return memory[at(((n * 3 + c) * 4 + h) * 5 + w)]; },
      [&] { memory[7] = -1; });
  const armnn::ConstTensor last({armnn::TensorShape({2, 4, 5, 3}), armnn::DataType::Float32}, memory.data());
  CHECK_ADAPTER(last, {.extents = {2, 3, 4, 5}, .how = {.axes = "nhwc"}},
                [&](auto n, auto c, auto h, auto w) { return memory[at(((n * 4 + h) * 5 + w) * 3 + c)]; });
  using type = armnn::DataType;
  const std::pair<type, scalar_type> types[] = {{type::Float16, scalar_type::float16},
                                                {type::BFloat16, scalar_type::bfloat16},
                                                {type::QAsymmU8, scalar_type::uint8},
                                                {type::QAsymmS8, scalar_type::int8},
                                                {type::QSymmS8, scalar_type::int8}};
  for (const auto& [theirs, ours] : types) {
    const armnn::Tensor small({armnn::TensorShape({1, 2, 2, 2}), theirs, 0.25f, theirs == type::QSymmS8 ? 0 : 7},
                              memory.data());
    CHECK(as_view(small).type() == ours);
    if (ours == scalar_type::uint8) CHECK(as_view(small).quantized() == quantization{0.25f, 7});
  }
}
TEST_CASE("tokens") {
  std::vector<float> memory(2 * 9 * 4);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const armnn::Tensor t({armnn::TensorShape({2, 9, 4}), armnn::DataType::Float32}, memory.data());
  testing::same_tokens(
      t, [&](auto n, auto token, auto c) -> const float& { return memory[at((n * 9 + token) * 4 + c)]; });
}
TEST_CASE("a convolution in NCHW, in NHWC and in 8 bits") {
  testing::convolution c;
  const armnn::TensorInfo w(armnn::TensorShape({20, 3, 3, 3}), armnn::DataType::Float32),
      b(armnn::TensorShape({20}), armnn::DataType::Float32);
  std::vector<float> out;
  const armnn::TensorInfo in_info(dims(c.in, false), armnn::DataType::Float32),
      out_info(dims(c.out, false), armnn::DataType::Float32);
  run(c, armnn::DataLayout::NCHW, in_info, out_info, {w, c.weights.data()}, {b, c.bias.data()}, c.input, out);
  const armnn::Tensor t(out_info, out.data());
  c.check(as_view(t));

  // The same numbers with the channels last.
  std::vector<float> in_last(c.input.size()), w_last(c.weights.size()), out_last;
  for (index_t n = 0; n < 2; ++n)
    for (index_t i = 0; i < 3; ++i)
      for (index_t p = 0; p < 30; ++p) in_last[at((n * 30 + p) * 3 + i)] = c.input[at((n * 3 + i) * 30 + p)];
  for (index_t o = 0; o < 20; ++o)
    for (index_t i = 0; i < 3; ++i)
      for (index_t p = 0; p < 9; ++p) w_last[at((o * 9 + p) * 3 + i)] = c.weights[at((o * 3 + i) * 9 + p)];
  const armnn::TensorInfo out_last_info(dims(c.out, true), armnn::DataType::Float32);
  run(c, armnn::DataLayout::NHWC, {dims(c.in, true), armnn::DataType::Float32}, out_last_info, {w, w_last.data()},
      {b, c.bias.data()}, in_last, out_last);
  const armnn::Tensor t_last(out_last_info, out_last.data());
  const std::string policies = c.check(as_view(t_last, {.axes = "nhwc"}));

  // 8 bits: the view's own scale and zero point give the numbers back, to half a step of each operand.
  const float in_scale = 2.0f / 255, w_scale = 2.0f / 255, out_scale = 12.0f / 255;
  const auto quantize = [](float v, float scale, int zero) {
    return static_cast<std::uint8_t>(std::clamp(std::lround(v / scale) + zero, 0L, 255L));
  };
  std::vector<std::uint8_t> in8, w8, out8;
  for (const float v : c.input) in8.push_back(quantize(v, in_scale, 128));
  for (const float v : c.weights) w8.push_back(quantize(v, w_scale, 128));
  std::vector<std::int32_t> b32;
  for (const float v : c.bias) b32.push_back(static_cast<std::int32_t>(std::lround(v / (in_scale * w_scale))));
  const armnn::TensorInfo out8_info(dims(c.out, false), armnn::DataType::QAsymmU8, out_scale, 120);
  run(c, armnn::DataLayout::NCHW, {dims(c.in, false), armnn::DataType::QAsymmU8, in_scale, 128}, out8_info,
      {{armnn::TensorShape({20, 3, 3, 3}), armnn::DataType::QAsymmU8, w_scale, 128}, w8.data()},
      {{armnn::TensorShape({20}), armnn::DataType::Signed32, in_scale * w_scale, 0}, b32.data()}, in8, out8);
  const armnn::ConstTensor t8(out8_info, out8.data());
  const auto d = pool(as_view(t8), max());
  double worst = 0;
  for (index_t n = 0; n < 2; ++n)
    for (index_t k = 0; k < 20; ++k) {
      double most = -100;
      for (index_t h = 0; h < 6; ++h)
        for (index_t x = 0; x < 5; ++x) most = std::max(most, c(n, k, h, x));
      worst = std::max(worst, std::fabs(most - static_cast<double>(d(n, k))));
    }
  CAPTURE(worst);
  CHECK(worst < static_cast<double>(out_scale) / 2 + 27 * 0.004 + 0.01);
  testing::ran("Arm NN", ARMNN_VERSION, policies, "convolution in NCHW, NHWC and QAsymmU8, CpuRef");
}
TEST_CASE("what cannot be read is one sentence") {
  float memory[8] = {};
  using type = armnn::DataType;
  CHECK(said({armnn::TensorShape({1, 1, 1, 1, 1}), type::Float32}, memory) ==
        "as_view: the Arm NN tensor has 5 axes, expected 1 to 4");
  CHECK(said({}, memory) == "as_view: the Arm NN tensor has 0 axes, expected 1 to 4");
  CHECK(said({armnn::TensorShape({2}), type::Signed32}, memory) ==
        "as_view: the Arm NN tensor has elements of data type 3, expected Float32, Float16, BFloat16, QAsymmU8, "
        "QAsymmS8 or "
        "QSymmS8");
  armnn::TensorInfo per_axis(armnn::TensorShape({2, 2}), type::QSymmS8);
  per_axis.SetQuantizationScales({0.5f, 0.25f});
  per_axis.SetQuantizationDim(armnn::Optional<unsigned int>(0));
  CHECK(said(per_axis, memory) == "as_view: the Arm NN tensor has one scale per channel, expected one for all");
  CHECK(said({armnn::TensorShape({2, 2}), type::Float32}, nullptr) ==
        "feature_view: data is a null pointer for a shape of 2 x 2 x 1 x 1");
  CHECK(said({armnn::TensorShape({2}), type::Float32}, reinterpret_cast<char*>(memory) + 2) ==
        "as_view: the Arm NN tensor's first element is not at a multiple of its 4 bytes, expected aligned elements");
  CHECK(said({armnn::TensorShape({2}), type::Float32}, memory, {.quantized = {0.5f, 1}}) ==
        "feature_view: scale and zero point are for 8-bit activations only");
}
