#include <cnnpool/adapters/dlpack.hpp>

#include <cstddef>
#include <iostream>

#if __has_include(<dlpack/dlpack.h>)
#include <dlpack/dlpack.h>
#endif

#include "adapters/same_elements.hpp"
#include "errors.hpp"

using namespace cnnpool;

#if __has_include(<dlpack/dlpack.h>)
TEST_CASE("the structs are DLPack's, byte for byte") {
  CHECK(sizeof(dlpack::tensor) == sizeof(DLTensor));
  CHECK(offsetof(dlpack::tensor, device) == offsetof(DLTensor, device));
  CHECK(offsetof(dlpack::tensor, ndim) == offsetof(DLTensor, ndim));
  CHECK(offsetof(dlpack::tensor, dtype) == offsetof(DLTensor, dtype));
  CHECK(offsetof(dlpack::tensor, shape) == offsetof(DLTensor, shape));
  CHECK(offsetof(dlpack::tensor, strides) == offsetof(DLTensor, strides));
  CHECK(offsetof(dlpack::tensor, byte_offset) == offsetof(DLTensor, byte_offset));
  CHECK(sizeof(dlpack::managed_tensor) == sizeof(DLManagedTensor));
  CHECK(offsetof(dlpack::managed_tensor, deleter) == offsetof(DLManagedTensor, deleter));
}
#else
TEST_CASE("the comparison with DLPack's own header is skipped") {
  std::cout << "skipped: DLPack struct layout: <dlpack/dlpack.h> is not installed\n";
}
#endif

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
    visit(as_view(f.t), [&]<class T>(const feature_view<T>& x) {
      if constexpr (std::is_same_v<T, float>)
        same_elements(x, {2, 20, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& {
          return f.memory[static_cast<std::size_t>(1 + n * 600 + c * 30 + h * 5 + w)];
        });
      else FAIL("the type is float32");
    });
  }
  f.memory[1] = 1000;
  CHECK(pool(f.t, max{})(0, 0) == 1000);
  CHECK(as_view(f.t, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
}

TEST_CASE("every element type") {
  fixture f;
  const std::tuple<int, int, scalar_type> types[] = {{2, 16, scalar_type::float16}, {2, 64, scalar_type::float64},
                                                     {4, 16, scalar_type::bfloat16}, {0, 8, scalar_type::int8},
                                                     {1, 8, scalar_type::uint8}};
  for (const auto& [code, bits, type] : types) {
    f.t.dtype = {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(bits), 1};
    CHECK(as_view(f.t).type() == type);
  }
}

TEST_CASE("what cannot be read is one sentence") {
  const auto broken = [](auto change) {
    fixture f;
    change(f.t);
    return sentence([&] { as_view(f.t); });
  };
  CHECK(broken([](auto& t) { t.device.type = 2; }) == "as_view: the DLPack tensor is on device type 2 (CUDA), expected host memory");
  CHECK(broken([](auto& t) { t.ndim = 5; }) == "as_view: the DLPack tensor has 5 axes, expected 1 to 4");
  CHECK(broken([](auto& t) { t.ndim = 0; }) == "as_view: the DLPack tensor has 0 axes, expected 1 to 4");
  CHECK(broken([](auto& t) { t.dtype.lanes = 4; }) == "as_view: the DLPack tensor has vectors of 4 lanes, expected scalars");
  CHECK(broken([](auto& t) { t.dtype = {0, 32, 1}; }) ==
        "as_view: the DLPack tensor has elements of type code 0 with 32 bits, expected float16, float32, float64, bfloat16, int8 or uint8");
  CHECK(broken([](auto& t) { t.data = nullptr; }).find("null pointer") != std::string::npos);
  CHECK(broken([](auto& t) { t.device.type = 3; }).empty());
}

TEST_CASE("an owner gives its tensor back exactly once") {
  fixture f;
  deleted = 0;
  dlpack::managed_tensor managed{f.t, nullptr, [](dlpack::managed_tensor*) { ++deleted; }};
  {
    dlpack::owner a(&managed), b = std::move(a);
    CHECK((a.empty() && !b.empty()));
    CHECK(pool(b, max{}).rows() == 2);
    a = std::move(b);
    CHECK(deleted == 0);
  }
  CHECK(deleted == 1);
  CHECK(sentence([] { dlpack::owner().get(); }) == "dlpack::owner: there is no tensor");
}

TEST_CASE("versions: a higher minor one is read, another major one is given back") {
  fixture f;
  deleted = 0;
  dlpack::managed_tensor_versioned v{{1, 99}, nullptr, [](dlpack::managed_tensor_versioned*) { ++deleted; }, dlpack::read_only_flag, f.t};
  {
    const dlpack::owner o(&v);
    CHECK(o.read_only());
    CHECK(as_view(v).extents() == shape{2, 20, 6, 5});
  }
  CHECK(deleted == 1);
  v.version.major = 2;
  CHECK(sentence([&] { dlpack::owner o(&v); }) == "dlpack::owner: the tensor speaks DLPack 2.99, expected 1.x");
  CHECK(deleted == 2);
  CHECK(sentence([&] { as_view(v); }) == "as_view: the tensor speaks DLPack 2.99, expected 1.x");
}

TEST_CASE("descriptors out, without a copy") {
  descriptors<float> d(2, 3);
  d(1, 2) = 5;
  const float* memory = d.data();
  dlpack::owner o(dlpack::to_dlpack(std::move(d)));
  CHECK(o.get().data == memory);
  CHECK((o.get().ndim == 2 && o.get().shape[0] == 2 && o.get().shape[1] == 3 && o.get().dtype.bits == 32));
  CHECK(pool(o, sum{})(1, 2) == 5);
}
