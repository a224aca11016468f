#include <tvm/ffi/tvm_ffi.h>

#include <cnnpool/adapters/tvm_ffi.hpp>

#include <cstdlib>

#include "adapters/convolution.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::at;
using tvm::ffi::Tensor;
using tvm::ffi::TensorView;

namespace {
struct allocator {
  void AllocData(DLTensor* t) { t->data = std::calloc(1, tvm::ffi::GetDataSize(*t)); }
  void FreeData(DLTensor* t) { std::free(t->data); }
};
Tensor tensor(std::initializer_list<std::int64_t> dims, DLDataType type = {kDLFloat, 32, 1}) {
  return Tensor::FromNDAlloc(allocator(), tvm::ffi::Shape(dims), type, DLDevice{kDLCPU, 0});
}
template <class T>
std::string said(const T& t, const hints& h = {}) {
  return sentence([&] { as_view(t, h); });
}
}  // namespace

TEST_CASE("tensors, views, strided ones, and the way through DLPack") {
  const Tensor t = tensor({2, 20, 6, 5});
  float* const p = static_cast<float*>(t.data_ptr());
  for (int i = 0; i < 1200; ++i) p[i] = static_cast<float>(i);
  CHECK_ADAPTER(
      t, {.extents = {2, 20, 6, 5}, .stride = strides{600, 30, 5, 1}},
      [&](auto n, auto c, auto h, auto w) -> const float& { return p[n * 600 + c * 30 + h * 5 + w]; },
      [&] { p[7] = -1; });
  const Tensor part = t.as_strided(tvm::ffi::Shape({20, 3, 2}), tvm::ffi::Shape({30, 10, 2}), 600);
  CHECK_ADAPTER(part, {.extents = {1, 20, 3, 2}, .stride = strides{.c = 30, .h = 10, .w = 2}},
                [&](auto, auto c, auto h, auto w) -> const float& { return p[600 + c * 30 + h * 10 + w * 2]; });
  const TensorView view(t);
  CHECK(as_view(view, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
  STATIC_REQUIRE((detail::owns_memory<Tensor> && !detail::owns_memory<TensorView>));
  const dlpack::owner managed(reinterpret_cast<dlpack::managed_tensor_versioned*>(t.ToDLPackVersioned()));
  CHECK(as_view(managed).data() == p);
  const Tensor none = tensor({0, 3, 4, 4});
  CHECK(as_view(none).extents() == shape{0, 3, 4, 4});
  const Tensor bytes = tensor({2, 3}, {kDLUInt, 8, 1});
  CHECK(pool(bytes, max())(1, 2) == 0);
  testing::ran("tvm-ffi",
               std::to_string(TVM_FFI_VERSION_MAJOR) + "." + std::to_string(TVM_FFI_VERSION_MINOR) + "." +
                   std::to_string(TVM_FFI_VERSION_PATCH),
               testing::policies_on(as_view(t)), "Tensor, TensorView, as_strided, DLPack");
}
TEST_CASE("tokens, and strided ones") {
  const Tensor t = tensor({2, 18, 4});
  float* const p = static_cast<float*>(t.data_ptr());
  for (int i = 0; i < 144; ++i) p[i] = static_cast<float>(i);
  const Tensor every_second = t.as_strided(tvm::ffi::Shape({2, 9, 4}), tvm::ffi::Shape({72, 8, 1}), 0);
  testing::same_tokens(
      every_second, [&](auto n, auto token, auto c) -> const float& { return p[n * 72 + token * 8 + c]; });
}
TEST_CASE("what cannot be read is one sentence") {
  CHECK(said(tensor({1, 1, 1, 1, 1})) == "as_view: the tvm::ffi::Tensor has 5 axes, expected 1 to 4");
  CHECK(said(tensor({})) == "as_view: the tvm::ffi::Tensor has 0 axes, expected 1 to 4");
  CHECK(said(tensor({2}, {kDLInt, 32, 1})) ==
        "as_view: the DLPack tensor has elements of type code 0 with 32 bits, expected float16, float32, float64, "
        "bfloat16, "
        "int8 or uint8");
  Tensor t = tensor({2});
  const Tensor taken = std::move(t);
  CHECK(sentence([&] { as_view(t); }) == "as_view: the tvm::ffi::Tensor is undefined");
  CHECK(said(taken, {.axes = "hw"}) == "as_view: axes \"hw\" name 2 axes, the tensor has 1");
  DLTensor gpu{taken.data_ptr(), {kDLCUDA, 0}, 1, {kDLFloat, 32, 1}, nullptr, nullptr, 0};
  std::int64_t two = 2, one = 1;
  gpu.shape = &two, gpu.strides = &one;
  CHECK(said(TensorView(&gpu)) == "as_view: the DLPack tensor is on device type 2 (CUDA), expected host memory");
}
