#include <executorch/runtime/core/evalue.h>
#include <executorch/runtime/kernel/kernel_runtime_context.h>
#include <executorch/runtime/kernel/operator_registry.h>
#include <executorch/runtime/platform/runtime.h>

#include <optional>

#include <cnnpool/adapters/executorch.hpp>

#include "adapters/convolution.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using executorch::aten::ScalarType;
using executorch::aten::Tensor;
using executorch::aten::TensorImpl;
using executorch::runtime::BoxedEvalueList;
using executorch::runtime::EValue;

namespace {
std::size_t u(index_t i) { return static_cast<std::size_t>(i); }  // there is a namespace at

/// A tensor whose axes lie in `order`, outermost first.
struct made {
  std::vector<TensorImpl::SizesType> sizes;
  std::vector<TensorImpl::DimOrderType> order;
  std::vector<TensorImpl::StridesType> strides;
  std::optional<TensorImpl> impl;

  made(std::vector<TensorImpl::SizesType> s, void* data, ScalarType type = ScalarType::Float,
       std::vector<TensorImpl::DimOrderType> o = {})
      : sizes(std::move(s)), order(std::move(o)), strides(sizes.size()) {
    while (order.size() < sizes.size()) order.push_back(static_cast<TensorImpl::DimOrderType>(order.size()));
    TensorImpl::StridesType step = 1;
    for (std::size_t i = sizes.size(); i-- > 0; step *= sizes[order[i]]) strides[order[i]] = step;
    on(executorch::aten::DeviceType::CPU, data, type);
  }
  void on(executorch::aten::DeviceType device, void* data, ScalarType type) {
    impl.emplace(type, static_cast<ssize_t>(sizes.size()), sizes.data(), data, order.data(), strides.data(),
                 executorch::runtime::TensorShapeDynamism::STATIC, device);
  }
  made(const made&) = delete;
  Tensor tensor() { return Tensor(&*impl); }
};
/// A list of integers as kernels take it.
struct integers {
  EValue values[2];
  EValue* pointers[2] = {&values[0], &values[1]};
  std::int64_t unwrapped[2] = {};
  BoxedEvalueList<std::int64_t> list{pointers, unwrapped, 2};
  explicit integers(std::int64_t v) : values{EValue(v), EValue(v)} {}
};
std::string said(made&& m) {
  const Tensor t = m.tensor();
  return sentence([&] { as_view(t); });
}
}  // namespace

TEST_CASE("NCHW and channels last, element types, batch 0") {
  std::vector<float> memory(1200);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  made nchw_made({2, 20, 6, 5}, memory.data()),
      last_made({2, 20, 6, 5}, memory.data(), ScalarType::Float, {0, 2, 3, 1});
  const Tensor t = nchw_made.tensor(), last = last_made.tensor();
  CHECK_ADAPTER(
      t, {.extents = {2, 20, 6, 5}, .stride = strides{600, 30, 5, 1}},
      [&](auto n, auto c, auto h, auto w) -> const float& { return memory[u(n * 600 + c * 30 + h * 5 + w)]; },
      [&] { memory[7] = -1; });
  CHECK_ADAPTER(
      last, {.extents = {2, 20, 6, 5}, .stride = strides{600, 1, 100, 20}},
      [&](auto n, auto c, auto h, auto w) -> const float& { return memory[u(n * 600 + c + h * 100 + w * 20)]; });
  const std::pair<ScalarType, scalar_type> types[] = {{ScalarType::Half, scalar_type::float16},
                                                      {ScalarType::BFloat16, scalar_type::bfloat16},
                                                      {ScalarType::Double, scalar_type::float64},
                                                      {ScalarType::Char, scalar_type::int8},
                                                      {ScalarType::Byte, scalar_type::uint8}};
  for (const auto& [theirs, ours] : types) {
    made m({2, 3}, memory.data(), theirs);
    CHECK(as_view(m.tensor()).type() == ours);
  }
  made none({0, 3, 4, 4}, nullptr);
  CHECK(as_view(none.tensor()).extents() == shape{0, 3, 4, 4});
}
TEST_CASE("tokens") {
  std::vector<float> memory(2 * 9 * 4);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  made m({2, 9, 4}, memory.data());
  const Tensor t = m.tensor();
  testing::same_tokens(t, [&](auto n, auto token, auto c) -> const float& {
    return t.const_data_ptr<float>()[(n * 9 + token) * 4 + c];
  });
}
TEST_CASE("a convolution, by the optimised kernels' operator") {
  executorch::runtime::runtime_init();
  testing::convolution c;
  std::vector<float> output(1200);
  std::string policies;
  for (const bool last : {false, true}) {
    std::vector<TensorImpl::DimOrderType> order;
    std::vector<float> input = c.input, weights = c.weights;
    if (last) {
      order = {0, 2, 3, 1};
      for (index_t n = 0; n < 2; ++n)
        for (index_t p = 0; p < 30; ++p)
          for (index_t i = 0; i < 3; ++i) input[u((n * 30 + p) * 3 + i)] = c.input[u((n * 3 + i) * 30 + p)];
      for (index_t o = 0; o < 20; ++o)
        for (index_t p = 0; p < 9; ++p)
          for (index_t i = 0; i < 3; ++i) weights[u((o * 9 + p) * 3 + i)] = c.weights[u((o * 3 + i) * 9 + p)];
    }
    made in({2, 3, 6, 5}, input.data(), ScalarType::Float, order),
        w({20, 3, 3, 3}, weights.data(), ScalarType::Float, order), b({20}, c.bias.data()),
        out({2, 20, 6, 5}, output.data(), ScalarType::Float, order);
    integers one(1), zero(0);
    EValue values[] = {in.tensor(), w.tensor(), b.tensor(),      &one.list,    &one.list,   &one.list,
                       false,       &zero.list, std::int64_t{1}, out.tensor(), out.tensor()};
    std::vector<EValue*> stack;
    for (EValue& v : values) stack.push_back(&v);
    const auto op = executorch::runtime::get_op_function_from_registry("aten::convolution.out");
    REQUIRE(op.ok());
    executorch::runtime::KernelRuntimeContext context;
    (*op)(context, {stack.data(), stack.size()});
    REQUIRE(context.failure_state() == executorch::runtime::Error::Ok);
    const Tensor t = out.tensor();
    policies = c.check(as_view(t));
  }
  testing::ran("ExecuTorch", CNNPOOL_TEST_EXECUTORCH, policies,
               "aten::convolution.out in NCHW and channels last; element types");
}
TEST_CASE("what cannot be read is one sentence") {
  std::int64_t memory[8] = {};
  CHECK(said(made({1, 1, 1, 1, 1}, memory)) == "as_view: the ExecuTorch tensor has 5 axes, expected 1 to 4");
  CHECK(said(made({}, memory)) == "as_view: the ExecuTorch tensor has 0 axes, expected 1 to 4");
  CHECK(said(made({2}, memory, ScalarType::Long)) ==
        "as_view: the ExecuTorch tensor has elements of scalar type 4, expected Float, Double, Half, BFloat16, Char, "
        "Byte, "
        "QInt8 or QUInt8");
  CHECK(said(made({2}, nullptr)) == "feature_view: data is a null pointer for a shape of 1 x 2 x 1 x 1");
  made gpu({2}, memory);
  gpu.on(executorch::aten::DeviceType::CUDA, memory, ScalarType::Float);
  CHECK(said(std::move(gpu)) == "as_view: the ExecuTorch tensor is on device type 1, expected host memory");
}
