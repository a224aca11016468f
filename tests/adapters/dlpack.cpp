#include <cnnpool/adapters/dlpack.hpp>

#include <cstddef>
#include <iostream>
#include <tuple>

#if __has_include(<dlpack/dlpack.h>)
#include <dlpack/dlpack.h>
#define CNNPOOL_TEST_DLPACK_HEADER
#endif

#include "adapters/same_elements.hpp"
#include "adapters/same_tokens.hpp"
#include "errors.hpp"

using namespace cnnpool;

#if defined(CNNPOOL_TEST_DLPACK_HEADER)
TEST_CASE("the structs are DLPack's, byte for byte") {
  CHECK(sizeof(dlpack::tensor) == sizeof(DLTensor));
  CHECK(offsetof(dlpack::tensor, data) == offsetof(DLTensor, data));
  CHECK(offsetof(dlpack::tensor, device) == offsetof(DLTensor, device));
  CHECK(offsetof(dlpack::tensor, ndim) == offsetof(DLTensor, ndim));
  CHECK(offsetof(dlpack::tensor, dtype) == offsetof(DLTensor, dtype));
  CHECK(offsetof(dlpack::tensor, shape) == offsetof(DLTensor, shape));
  CHECK(offsetof(dlpack::tensor, strides) == offsetof(DLTensor, strides));
  CHECK(offsetof(dlpack::tensor, byte_offset) == offsetof(DLTensor, byte_offset));
  CHECK(sizeof(dlpack::device) == sizeof(DLDevice));
  CHECK(offsetof(dlpack::device, id) == offsetof(DLDevice, device_id));
  CHECK(sizeof(dlpack::data_type) == sizeof(DLDataType));
  CHECK(offsetof(dlpack::data_type, bits) == offsetof(DLDataType, bits));
  CHECK(offsetof(dlpack::data_type, lanes) == offsetof(DLDataType, lanes));
  CHECK(sizeof(dlpack::managed_tensor) == sizeof(DLManagedTensor));
  CHECK(offsetof(dlpack::managed_tensor, dl_tensor) == offsetof(DLManagedTensor, dl_tensor));
  CHECK(offsetof(dlpack::managed_tensor, manager_ctx) == offsetof(DLManagedTensor, manager_ctx));
  CHECK(offsetof(dlpack::managed_tensor, deleter) == offsetof(DLManagedTensor, deleter));
#if defined(DLPACK_MAJOR_VERSION)
  CHECK(sizeof(dlpack::managed_tensor_versioned) == sizeof(DLManagedTensorVersioned));
  CHECK(offsetof(dlpack::managed_tensor_versioned, deleter) == offsetof(DLManagedTensorVersioned, deleter));
  CHECK(offsetof(dlpack::managed_tensor_versioned, flags) == offsetof(DLManagedTensorVersioned, flags));
  CHECK(offsetof(dlpack::managed_tensor_versioned, dl_tensor) == offsetof(DLManagedTensorVersioned, dl_tensor));
#endif
}
#else
TEST_CASE("the comparison with DLPack's own header is skipped") {
  std::cout << "skipped: DLPack struct layout: <dlpack/dlpack.h> is not installed\n";
}
#endif
TEST_CASE("the versioned struct is as DLPack 1.0 lays it out, whatever header is installed") {
  using versioned = dlpack::managed_tensor_versioned;
  CHECK(offsetof(versioned, version) == 0);
  CHECK(offsetof(versioned, manager_ctx) == 8);
  CHECK(offsetof(versioned, deleter) == 8 + sizeof(void*));
  CHECK(offsetof(versioned, flags) == 8 + 2 * sizeof(void*));
  CHECK(offsetof(versioned, dl_tensor) == 16 + 2 * sizeof(void*));
  CHECK(sizeof(versioned) == 16 + 2 * sizeof(void*) + sizeof(dlpack::tensor));
}

namespace {
struct fixture {
  std::vector<float> memory = std::vector<float>(1 + 2 * 20 * 6 * 5);
  std::int64_t shape[5] = {2, 20, 6, 5, 1};
  std::int64_t strides[5] = {600, 30, 5, 1, 1};
  dlpack::tensor t{memory.data(), {1, 0}, 4, {2, 32, 1}, shape, strides, 4};
  fixture() {
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  }
};

int deleted = 0;
}  // namespace

TEST_CASE("byte offset, strides, and strides that are missing") {
  fixture f;
  for (const bool given : {true, false}) {
    f.t.strides = given ? f.strides : nullptr;
    same_elements(f.t, {2, 20, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& {
      return f.memory[static_cast<std::size_t>(1 + n * 600 + c * 30 + h * 5 + w)];
    });
  }
  f.memory[1] = 1000;
  CHECK(pool(reference{}, f.t, max())(0, 0) == 1000);
  CHECK(as_view(f.t, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
}

TEST_CASE("tokens, with and without strides") {
  fixture f;
  const std::int64_t sizes[] = {2, 9, 4}, steps[] = {90, 10, 2};
  std::copy(sizes, sizes + 3, f.shape);
  std::copy(steps, steps + 3, f.strides);
  f.t.ndim = 3;
  testing::same_tokens(f.t, [&](auto n, auto token, auto c) -> const float& {
    return f.memory[static_cast<std::size_t>(1 + n * 90 + token * 10 + c * 2)];
  });
  f.t.strides = nullptr;
  testing::same_tokens(f.t, [&](auto n, auto token, auto c) -> const float& {
    return f.memory[static_cast<std::size_t>(1 + (n * 9 + token) * 4 + c)];
  });
}

TEST_CASE("a slice that runs backwards, and no element at all") {
  fixture f;
  f.t.byte_offset = 4 * (1 + 1199);
  const std::int64_t backwards[] = {-600, -60, -5, -1}, half[] = {2, 10, 6, 5};
  std::copy(backwards, backwards + 4, f.strides);
  std::copy(half, half + 4, f.shape);
  same_elements(f.t, {2, 10, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& {
    return f.memory[static_cast<std::size_t>(1200 - n * 600 - c * 60 - h * 5 - w)];
  });
  f.shape[0] = 0;
  f.t.data = nullptr;
  CHECK(pool(reference{}, f.t, max()).rows() == 0);
  f.t.strides = nullptr;
  CHECK(as_view(f.t).extents() == shape{0, 10, 6, 5});
}

TEST_CASE("every element type") {
  fixture f;
  f.t.byte_offset = 0;
  const std::tuple<int, int, scalar_type> types[] = {{2, 16, scalar_type::float16}, {2, 64, scalar_type::float64},
                                                     {4, 16, scalar_type::bfloat16}, {0, 8, scalar_type::int8},
                                                     {1, 8, scalar_type::uint8}};
  for (const auto& [code, bits, type] : types) {
    f.t.dtype = {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(bits), 1};
    CHECK(as_view(f.t).type() == type);
  }
  CHECK(as_view(f.t, {.quantized = {0.5f, 3}}).quantized() == quantization{0.5f, 3});
}

TEST_CASE("what cannot be read is one sentence") {
  const auto broken = [](auto change) {
    fixture f;
    change(f.t);
    return sentence([&] { as_view(f.t); });
  };
  CHECK(broken([](auto& t) { t.device.type = 2; }) ==
        "as_view: the DLPack tensor is on device type 2 (CUDA), expected host memory");
  CHECK(broken([](auto& t) { t.device.type = 10; }) ==
        "as_view: the DLPack tensor is on device type 10 (ROCm), expected host memory");
  CHECK(broken([](auto& t) { t.device.type = 18; }) ==
        "as_view: the DLPack tensor is on device type 18 (Trainium), expected host memory");
  CHECK(broken([](auto& t) { t.device.type = 99; }) ==
        "as_view: the DLPack tensor is on device type 99 (unknown), expected host memory");
  CHECK(broken([](auto& t) { t.ndim = 5; }) == "as_view: the DLPack tensor has 5 axes, expected 1 to 4");
  CHECK(broken([](auto& t) { t.shape = nullptr; }) == "as_view: the DLPack tensor has 4 axes and no shape");
  CHECK(broken([](auto& t) { t.ndim = 0; }) == "as_view: the DLPack tensor has 0 axes, expected 1 to 4");
  CHECK(broken([](auto& t) { t.dtype.lanes = 4; }) ==
        "as_view: the DLPack tensor has vectors of 4 lanes, expected scalars");
  CHECK(broken([](auto& t) { t.dtype = {0, 32, 1}; }) ==
        "as_view: the DLPack tensor has elements of type code 0 with 32 bits, expected float16, float32, float64, "
        "bfloat16, int8 or uint8");
  CHECK(broken([](auto& t) { t.byte_offset = 2; }) ==
        "as_view: the DLPack tensor's first element is not at a multiple of its 4 bytes, expected aligned elements");
  CHECK(broken([](auto& t) { t.data = nullptr; }) ==
        "feature_view: data is a null pointer for a shape of 2 x 20 x 6 x 5");
  CHECK(broken([](auto& t) { t.device.type = 3; }).empty());  // pinned host memory is host memory
  CHECK(broken([](auto& t) { t.device.type = 13; }).empty());  // and managed memory is both
}

TEST_CASE("an owner gives its tensor back exactly once") {
  fixture f;
  deleted = 0;
  dlpack::managed_tensor managed{f.t, nullptr, [](dlpack::managed_tensor*) { ++deleted; }}, second = managed;
  static_assert(!std::is_copy_constructible_v<dlpack::owner> && !std::is_copy_assignable_v<dlpack::owner>);
  {
    dlpack::owner a(&managed), b = std::move(a);
    CHECK((a.empty() && !b.empty()));
    CHECK(pool(reference{}, b, max()).rows() == 2);
    a = std::move(b);
    CHECK(deleted == 0);
    a = dlpack::owner(&second);
    CHECK(deleted == 1);
  }
  CHECK(deleted == 2);
  managed.deleter = nullptr;  // DLPack: nothing to call
  { const dlpack::owner nothing_to_call(&managed); }
  CHECK(sentence([] { dlpack::owner().get(); }) == "dlpack::owner: there is no tensor");
}

TEST_CASE("versions: a higher minor one is read, another major one is given back") {
  fixture f;
  deleted = 0;
  dlpack::managed_tensor_versioned v{
      {1, 99}, nullptr, [](dlpack::managed_tensor_versioned*) { ++deleted; }, dlpack::read_only_flag, f.t};
  {
    const dlpack::owner o(&v);
    CHECK(o.read_only());
    CHECK(as_view(o).extents() == shape{2, 20, 6, 5});
    CHECK(as_view(v).extents() == shape{2, 20, 6, 5});
  }
  CHECK(deleted == 1);
  for (const std::uint32_t major : {0u, 2u}) {
    v.version.major = major;
    const std::string version = std::to_string(major) + ".99";
    CHECK(sentence([&] { dlpack::owner o(&v); }) ==
          "dlpack::owner: the tensor speaks DLPack " + version + ", expected 1.x");
    CHECK(sentence([&] { as_view(v); }) == "as_view: the tensor speaks DLPack " + version + ", expected 1.x");
  }
  CHECK(deleted == 3);
}

TEST_CASE("descriptors out, without a copy") {
  descriptors<float> d(2, 3);
  d(1, 2) = 5;
  const float* memory = d.data();
  dlpack::owner o(dlpack::to_dlpack(std::move(d)));
  const dlpack::tensor& t = o.get();
  CHECK(t.data == memory);
  CHECK((t.ndim == 2 && t.shape[0] == 2 && t.shape[1] == 3 && t.strides[0] == 3 && t.strides[1] == 1));
  CHECK((t.dtype.code == 2 && t.dtype.bits == 32 && t.dtype.lanes == 1));
  CHECK(pool(reference{}, o, sum{})(1, 2) == 5);
  const dlpack::owner wide(dlpack::to_dlpack(descriptors<double>(0, 4)));
  CHECK((wide.get().dtype.bits == 64 && as_view(wide).extents() == shape{0, 4, 1, 1}));
}

TEST_CASE("a CUDA tensor is a view of device memory, a host tensor is not") {
  std::int64_t extents[] = {2, 3, 4, 5};
  float first = 0;  // never read
  dlpack::tensor t{&first, {2, 0}, 4, {2, 32, 1}, extents, nullptr, 8};
  const auto x = dlpack::device_view(t, {.axes = "nhwc"});
  static_assert(std::is_same_v<decltype(x)::space, device_space>);
  CHECK((x.data() == &first + 2 && x.extents() == shape{2, 5, 3, 4} && x.stride() == strides{60, 1, 20, 5}));
  t.device.type = 13;
  CHECK(dlpack::device_view(t).extents() == shape{2, 3, 4, 5});
  t.device.type = 1;
  CHECK(sentence([&] { dlpack::device_view(t); }) ==
        "as_view: the DLPack tensor is on device type 1 (CPU), expected CUDA memory");
}
