#include <cnnpool/adapters/cuda_array_interface.hpp>

#include "adapters/packed.hpp"

using namespace cnnpool;

namespace {
// Nothing reads the memory: it stands for a GPU's.
const double memory[8] = {};
cuda_array array(std::string_view type) { return {.data = memory, .typestr = type, .ndim = 4, .shape = {2, 20, 6, 5}}; }
std::string said(const cuda_array& a, const hints& h = {}) {
  return sentence([&] { as_view(a, h); });
}
}  // namespace

TEST_CASE("a view of device memory, with and without strides") {
  const auto never = [](auto, auto, auto, auto) -> float { throw 1; };
  cuda_array a = array("<f4");
  CHECK_ADAPTER(a, {.extents = {2, 20, 6, 5}, .stride = strides{600, 30, 5, 1}, .space = "device"}, never);
  a.has_strides = true;
  const index_t last[] = {2400, 4, 400, 80};
  std::copy(last, last + 4, a.strides);
  CHECK_ADAPTER(a, {.extents = {2, 20, 6, 5}, .stride = strides{600, 1, 100, 20}, .space = "device"}, never);
  STATIC_REQUIRE(std::is_same_v<decltype(as_view(a))::space, device_space>);
  const std::pair<const char*, scalar_type> types[] = {{"<f8", scalar_type::float64},
                                                       {"<f2", scalar_type::float16},
                                                       {"|i1", scalar_type::int8},
                                                       {"|u1", scalar_type::uint8}};
  for (const auto& [theirs, ours] : types) CHECK(as_view(array(theirs)).type() == ours);
  cuda_array none = array("<f4");
  none.shape[0] = 0;
  none.data = nullptr;
  CHECK(as_view(none).extents() == shape{0, 20, 6, 5});
}
TEST_CASE("tokens of device memory: where each part starts") {
  const cuda_array a{.data = memory, .typestr = "<f4", .ndim = 3, .shape = {2, 9, 4}};
  visit(as_tokens(a, {.registers = 2, .h = 2, .w = 3}), [](const auto& t) {
    const auto floats_before = [](const auto& part) {
      return reinterpret_cast<const float*>(part.data()) - reinterpret_cast<const float*>(memory);
    };
    CHECK((floats_before(t.cls()) == 0 && floats_before(t.registers()) == 4 && floats_before(t.patches()) == 12));
    CHECK((t.cls().stride().n == 36 && t.registers().stride().w == 4));
    CHECK((t.patches().extents() == shape{2, 4, 2, 3} && t.patches().stride() == strides{36, 1, 12, 4}));
  });
}
TEST_CASE("what cannot be read is one sentence") {
  CHECK(said(array(">f4")) == "as_view: the CUDA array has elements \">f4\" of the other byte order");
  CHECK(said(array("<i4")) == "as_view: the CUDA array has elements \"<i4\", expected f2, f4, f8, i1 or u1");
  CHECK(said(array("")) == "as_view: the CUDA array has elements \"\", expected f2, f4, f8, i1 or u1");
  cuda_array a = array("<f4");
  a.ndim = 5;
  CHECK(said(a) == "as_view: the CUDA array has 5 axes, expected 1 to 4");
  a.ndim = 0;
  CHECK(said(a) == "as_view: the CUDA array has 0 axes, expected 1 to 4");
  a = array("<f4");
  a.data = nullptr;
  CHECK(said(a) == "feature_view: data is a null pointer for a shape of 2 x 20 x 6 x 5");
  a = array("<f4");
  a.has_mask = true;
  CHECK(said(a) == "as_view: the CUDA array has a mask, expected all elements to be valid");
  a = array("<f4");
  a.version = 1;
  CHECK(said(a) == "as_view: the CUDA array interface is of version 1, expected 2 or 3");
  a = array("<f4");
  a.has_strides = true;
  a.strides[3] = 6;
  CHECK(said(a) == "as_view: the CUDA array has a stride of 6 bytes, expected a multiple of its 4-byte elements");
  CHECK(said(array("<f4"), {.axes = "nc"}) == "as_view: axes \"nc\" name 2 axes, the tensor has 4");
}
