// Includes the tensor alone: <torch/torch.h> costs 40 s more.
#include <ATen/core/Tensor.h>
#include <ATen/dlpack.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/quantize_per_channel.h>
#include <ATen/ops/quantize_per_tensor.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cnnpool/adapters/dlpack.hpp>
#include <cnnpool/adapters/torch.hpp>

#include "adapters/convolution.hpp"
#include "adapters/one_descriptor.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;

namespace at {  // ATen/DLConvertor.h brings all of ATen
TORCH_API DLManagedTensor* toDLPack(const Tensor&);
#if TORCH_VERSION_MAJOR >= 2
TORCH_API DLManagedTensorVersioned* toDLPackVersioned(const Tensor&);
#endif
}  // namespace at

namespace {
std::string said(const at::Tensor& t, const hints& h = {}) {
  return sentence([&] { as_view(t, h); });
}
auto elements_of(const at::Tensor& t) {
  return [a = t.accessor<float, 4>()](auto n, auto c, auto h, auto w) -> const float& { return a[n][c][h][w]; };
}
}  // namespace

TEST_CASE("contiguous, channels_last, slices, expand, transposed") {
  const at::Tensor t = at::rand({2, 20, 6, 5});
  CHECK_ADAPTER(t, {.extents = {2, 20, 6, 5}, .stride = strides{600, 30, 5, 1}}, elements_of(t),
                [&] { t.data_ptr<float>()[7] = -1; });
  const at::Tensor last = t.contiguous(at::MemoryFormat::ChannelsLast);
  CHECK_ADAPTER(last, {.extents = {2, 20, 6, 5}, .stride = strides{600, 1, 100, 20}}, elements_of(last));
  const at::Tensor part = t.slice(0, 1).slice(1, 3, 17, 2).slice(3, 1, 4);
  CHECK_ADAPTER(part, {.extents = {1, 7, 6, 3}, .stride = strides{.c = 60, .h = 5, .w = 1}}, elements_of(part));
  const at::Tensor one = t.slice(0, 0, 1).expand({3, 20, 6, 5});
  CHECK_ADAPTER(one, {.extents = {3, 20, 6, 5}, .stride = strides{0, 30, 5, 1}}, elements_of(one));
  const at::Tensor turned = t.transpose(2, 3);
  CHECK_ADAPTER(turned, {.extents = {2, 20, 5, 6}, .stride = strides{600, 30, 1, 5}}, elements_of(turned));
  CHECK(as_view(t, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
}
TEST_CASE("tokens, contiguous, sliced and transposed") {
  const at::Tensor t = at::rand({2, 12, 4});
  for (const at::Tensor& x : {t.slice(1, 0, 9).contiguous(), t.slice(1, 2, 11), at::rand({2, 4, 9}).transpose(1, 2)})
    testing::same_tokens(x, [a = x.accessor<float, 3>()](auto n, auto token, auto c) -> const float& {
      return a[n][token][c];
    });
}
TEST_CASE("element types, per-tensor scales, batch 0") {
  const std::pair<at::ScalarType, scalar_type> types[] = {{at::kHalf, scalar_type::float16},
                                                          {at::kBFloat16, scalar_type::bfloat16},
                                                          {at::kDouble, scalar_type::float64},
                                                          {at::kChar, scalar_type::int8},
                                                          {at::kByte, scalar_type::uint8}};
  for (const auto& [theirs, ours] : types) {
    const at::Tensor t = at::zeros({2, 3, 4}, theirs);
    CHECK(as_view(t).type() == ours);
  }
  const at::Tensor half = at::rand({3, 4, 5}).to(at::kHalf);
  CHECK_ADAPTER(half, {.extents = {1, 3, 4, 5}, .type = scalar_type::float16},
                [a = half.accessor<at::Half, 3>()](auto, auto c, auto h, auto w) { return a[c][h][w]; });
  const at::Tensor q = at::quantize_per_tensor(at::rand({2, 3}), 0.25, 10, at::kQUInt8);
  CHECK((as_view(q).type() == scalar_type::uint8 && as_view(q).quantized() == quantization{0.25f, 10}));
  const at::Tensor back = q.dequantize();
  CHECK(pool(q, max())(1, 2) == back.accessor<float, 2>()[1][2]);
  const at::Tensor none = at::empty({0, 3, 4, 4});
  CHECK(as_view(none).extents() == shape{0, 3, 4, 4});
}
namespace {
void same_view(const any_feature_view& a, const any_feature_view& b) {
  CHECK((a.type() == b.type() && a.extents() == b.extents()));
  if (a.extents().n != 0) CHECK((a.data() == b.data() && a.stride() == b.stride()));
}
/// Version 1.13 keeps the storage, version 2 the tensor.
auto owners_of(const at::Tensor& t) { return t.use_count() + t.storage().use_count(); }
}  // namespace
TEST_CASE("DLPack tensors of libtorch are the same view, and are given back") {
  const at::Tensor whole = at::rand({2, 20, 6, 5}), last = whole.contiguous(at::MemoryFormat::ChannelsLast);
  for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16, at::kChar})
    for (const at::Tensor& part : {whole.to(type), last.to(type), whole.to(type).slice(1, 3, 17, 2).slice(3, 1, 4),
                                   whole.to(type).slice(0, 0, 0)}) {
      const auto owners = owners_of(part);
      {
        const dlpack::owner managed(reinterpret_cast<dlpack::managed_tensor*>(at::toDLPack(part)));
        same_view(as_view(managed), as_view(part));
        CHECK(owners_of(part) > owners);
      }
#if TORCH_VERSION_MAJOR >= 2
      {
        const dlpack::owner managed(reinterpret_cast<dlpack::managed_tensor_versioned*>(at::toDLPackVersioned(part)));
        same_view(as_view(managed), as_view(part));
      }
#endif
      CHECK(owners_of(part) == owners);
    }
}
TEST_CASE("a convolution; its ReLU in place changes the tensor that was kept") {
  testing::convolution c;
  const at::Tensor in = at::from_blob(c.input.data(), {2, 3, 6, 5}), w = at::from_blob(c.weights.data(), {20, 3, 3, 3}),
                   b = at::from_blob(c.bias.data(), {20});
  const at::Tensor out = at::conv2d(in, w, b, 1, 1), after = at::relu(out);
  c.check(as_view(out));
  c.check(as_view(after), true);
  const at::Tensor last = at::conv2d(in.contiguous(at::MemoryFormat::ChannelsLast), w, b, 1, 1);
  const std::string policies = c.check(as_view(last));
  out.relu_();
  c.check(as_view(out), true);
  testing::ran(TORCH_VERSION_MAJOR < 2 ? "libtorch of Debian" : "libtorch", TORCH_VERSION, policies,
               "convolution in NCHW and channels_last, slices, expand, per-tensor scale");
}
TEST_CASE("a vector is one descriptor, as input and as output") {
  float numbers[] = {3, 4, 12};
  const at::Tensor x = at::from_blob(numbers, {3});
  at::Tensor out = at::zeros({3});
  testing::is_one_descriptor(x, out);
}
TEST_CASE("a tensor that requires a gradient is refused") {
  at::Tensor x = at::zeros({1, 2, 3, 3}).fill_(1);
  x.requires_grad_(true);
  const std::string expected =
      "as_view: the at::Tensor requires a gradient, which pooling does not hand on; expected tensor.detach() or "
      "a tensor computed under torch::NoGradGuard";
  CHECK(said(x) == expected);
  CHECK(said(x.mul(2)) == expected);
  CHECK(pool(x.detach(), sum{})(0, 1) == 9);
  const c10::NoGradGuard none;
  const at::Tensor twice = x.mul(2);
  CHECK(pool(twice, sum{})(0, 1) == 18);
}
TEST_CASE("results go into one or two axes of Float") {
  const std::vector<float> images = {1, 2, 3, 4, 5, 6};
  const feature_view<float> x(images.data(), {.n = 2, .c = 3}, nchw);
  workspace w;
  at::Tensor out = at::zeros({2, 3});
  pool_into(x, max(), out, w);
  CHECK((out.data_ptr<float>()[0] == 1 && out.data_ptr<float>()[5] == 6));
  at::Tensor doubles = at::zeros({2, 3}, at::kDouble), turned = at::zeros({3, 2}).t(), three = at::zeros({2, 3, 1});
  CHECK(sentence([&] { pool_into(x, max(), doubles, w); }) ==
        "pool_into: the at::Tensor output has scalar type 7, expected Float");
  CHECK(sentence([&] { pool_into(x, max(), turned, w); }) ==
        "pool_into: the at::Tensor output of 2 x 3 has a column stride of 2, expected 1");
  CHECK(sentence([&] { pool_into(x, max(), three, w); }) ==
        "pool_into: the at::Tensor output has 3 axes, expected 1 or 2");
}
TEST_CASE("what cannot be read is one sentence") {
  CHECK(said(at::Tensor()) == "as_view: the at::Tensor is undefined");
  CHECK(said(at::zeros({1, 1, 1, 1, 1})) == "as_view: the at::Tensor has 5 axes, expected 1 to 4");
  CHECK(said(at::zeros(at::IntArrayRef{})) == "as_view: the at::Tensor has 0 axes, expected 1 to 4");
  CHECK(said(at::zeros({2}, at::kLong)) ==
        "as_view: the at::Tensor has elements of scalar type 4, expected Float, Double, Half, BFloat16, Char, Byte, "
        "QInt8 "
        "or QUInt8");
  CHECK(said(at::zeros({2, 2}).to_sparse()) ==
        "as_view: the at::Tensor is sparse or of another library's layout, expected a strided one");
  CHECK(said(at::empty({2, 2}, at::TensorOptions().device(at::kMeta))) ==
        "as_view: the at::Tensor is on meta, expected cpu");
  const at::Tensor per_channel =
      at::quantize_per_channel(at::rand({2, 3}), at::tensor({0.5, 0.25}), at::tensor({0, 0}, at::kLong), 0, at::kQInt8);
  CHECK(said(per_channel) ==
        "as_view: the at::Tensor has one scale per channel, expected one for all (per_tensor_affine)");
  CHECK(said(at::zeros({2})._neg_view()) ==
        "as_view: the at::Tensor is negated or conjugated lazily, expected resolve_neg() and resolve_conj()");
  at::Tensor t = at::zeros({2});
  const at::Tensor taken = std::move(t);
  CHECK(said(t) == "as_view: the at::Tensor is undefined");
  CHECK(said(taken, {.axes = "nc"}) == "as_view: axes \"nc\" name 2 axes, the tensor has 1");
}
