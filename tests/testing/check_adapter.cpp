#include <cnnpool/adapters/std.hpp>
#include <cnnpool/testing/check_adapter.hpp>

#include "adapters/same_elements.hpp"

using namespace cnnpool;

namespace {
/// Two channels of three positions, and what an adapter of it may get wrong.
struct tensor {
  mutable std::vector<float> memory = {0, 1, 2, 3, 4, 5};
  enum { right, swapped, type, scale, copies, allocates, far } fault = right;
  const float& at(index_t, index_t c, index_t, index_t w) const {
    return memory[static_cast<std::size_t>(c * 3 + w)];
  }
};
std::vector<float> copy;
const std::vector<std::int8_t> bytes(6);

any_feature_view cnnpool_view(const tensor& t, const hints&) {
  const shape s{1, 2, 1, 3};
  if (t.fault == tensor::swapped) return {t.memory.data(), scalar_type::float32, {1, 3, 1, 2}, nchw};
  if (t.fault == tensor::type) return {t.memory.data(), scalar_type::int8, s, nchw};
  if (t.fault == tensor::scale) return {bytes.data(), scalar_type::int8, s, nchw, {0.5f, 3}};
  if (t.fault == tensor::copies) copy = t.memory;
  if (t.fault == tensor::allocates)
    return {std::vector<float>(t.memory).data() ? t.memory.data() : nullptr, scalar_type::float32, s, nchw};
  if (t.fault == tensor::far) return {t.memory.data(), scalar_type::float32, s, strides{.c = 1, .w = 2}};
  return {t.fault == tensor::copies ? copy.data() : t.memory.data(), scalar_type::float32, s, nchw};
}

std::string said(decltype(tensor::fault) fault, bool by_value = false) {
  tensor t;
  t.fault = fault;
  const adapter_expectation e{.extents = {1, 2, 1, 3},
                              .type = fault == tensor::scale ? scalar_type::int8 : scalar_type::float32,
                              .allocations = testing::allocations};
  const auto change = [&] { t.memory[5] = 50; };
  const adapter_report r =
      by_value ? check_adapter(
                     t, e, [&](auto n, auto c, auto h, auto w) -> float { return t.at(n, c, h, w); }, change)
               : check_adapter(
                     t, e, [&](auto n, auto c, auto h, auto w) -> const float& { return t.at(n, c, h, w); }, change);
  CHECK(r.ok == r.sentence.empty());
  return r.sentence;
}
}  // namespace

TEST_CASE("an adapter that is right, and every way of being wrong") {
  CHECK(said(tensor::right).empty());
  CHECK(said(tensor::right, true).empty());
  CHECK(said(tensor::swapped) == "the view is 1 x 3 x 1 x 2, expected 1 x 2 x 1 x 3");
  CHECK(said(tensor::type) == "the elements are int8, expected float32");
  CHECK(said(tensor::scale) == "scale and zero point are 0.5 and 3, expected 1 and 0");
  CHECK(said(tensor::far) == "element (0, 0, 0, 1) is not where the accessor's is");
  CHECK(said(tensor::far, true) == "element (0, 0, 0, 1) differs from the accessor's");
  CHECK(said(tensor::allocates) == "making the view allocated 1 times, expected 0");
  tensor allocating;
  allocating.fault = tensor::allocates;
  CHECK_ADAPTER(allocating, {.extents = {1, 2, 1, 3}, .of_framework = 1},
                [&](auto... i) { return allocating.at(i...); });
  said(tensor::copies);  // the copy has its memory now
  CHECK(said(tensor::copies) == "element (0, 0, 0, 0) is not where the accessor's is");
  CHECK(said(tensor::copies, true) == "element (0, 1, 0, 2) differs from the accessor's");
}
TEST_CASE("strides, hints, and a change that changes nothing") {
  const std::vector<float> v = {1, 2, 3, 4};
  const auto at = [&](auto, auto, auto, auto w) -> const float& { return v[static_cast<std::size_t>(w)]; };
  const shape row{1, 1, 1, 4};
  CHECK(check_adapter(v, {.extents = row, .how = {.axes = "w"}, .stride = strides{.n = 9, .w = 1}}, at));
  CHECK(check_adapter(v, {.extents = row, .how = {.axes = "w"}, .stride = strides{.w = 2}}, at).sentence ==
        "the strides are 0, 0, 0, 1, expected 0, 0, 0, 2");
  CHECK(check_adapter(v, {.extents = row, .how = {.axes = "w"}}, at, [] {}).sentence ==
        "the view does not show what changed in the framework's memory");
  CHECK(check_adapter(v, {.extents = row, .how = {.axes = "w"}}, [](auto, auto, auto, auto) { return 1.0; }).sentence ==
        "the accessor's elements have 8 bytes, the view's 4");
}
TEST_CASE("memory of another space is described and not read") {
  const float memory[2] = {};
  const feature_view<float, device_space> x(memory, {.c = 2}, nchw);
  const auto never = [](auto, auto, auto, auto) -> float { throw 1; };
  CHECK(check_adapter(x, {.extents = {.c = 2}, .space = "device"}, never));
  CHECK(check_adapter(x, {.extents = {.c = 2}}, never).sentence == "the view is of device memory, expected host");
}
