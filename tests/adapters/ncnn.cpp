#include <cnnpool/adapters/ncnn.hpp>

#include "adapters/packed.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::number;
using testing::packed;

namespace {
/// The fields of ncnn::Mat that the adapter looks at.
struct mat {
  void* data = nullptr;
  std::size_t elemsize = 0;
  int elempack = 1;
  void* allocator = nullptr;
  int dims = 3, w = 0, h = 1, d = 1, c = 1;
  std::size_t cstep = 0;
};
mat of(std::vector<float>& v, int dims, int w, int h, int c, std::size_t cstep, int pack = 1) {
  return {v.data(), 4 * static_cast<std::size_t>(pack), pack, nullptr, dims, w, h, 1, c, cstep};
}
constexpr shape s{1, 20, 6, 5};
}  // namespace

TEST_CASE("channels with a gap, and packed channels") {
  auto plain = packed(s, 20 * 32, [](auto, auto c, auto h, auto w) { return c * 32 + h * 5 + w; });
  const mat m = of(plain, 3, 5, 6, 20, 32);
  CHECK_ADAPTER(m, {.extents = s, .stride = strides{.c = 32, .h = 5, .w = 1}}, number);
  CHECK_ADAPTER(
      m, {.extents = s},
      [&](auto, auto c, auto h, auto w) -> const float& { return plain[static_cast<std::size_t>(c * 32 + h * 5 + w)]; },
      [&] { plain[32] = -1; });
  for (const int pack : {4, 8, 16}) {
    const shape padded{1, (20 + pack - 1) / pack * pack, 6, 5};
    auto v = packed(padded, padded.c * 30,
                    [=](auto, auto c, auto h, auto w) { return (c / pack * 30 + h * 5 + w) * pack + c % pack; });
    CHECK_ADAPTER(of(v, 3, 5, 6, static_cast<int>(padded.c) / pack, 30, pack), {.extents = padded}, number);
  }
  STATIC_REQUIRE(detail::owns_memory<mat>);
}
TEST_CASE("one and two axes, half and int8") {
  auto one = packed({1, 20, 1, 1}, 20, [](auto, auto c, auto, auto) { return c; });
  CHECK_ADAPTER(of(one, 1, 20, 1, 1, 20), {.extents = {1, 20, 1, 1}}, number);
  CHECK_ADAPTER(of(one, 1, 5, 1, 1, 5, 4), {.extents = {1, 20, 1, 1}}, number);
  auto two = packed({1, 1, 6, 5}, 30, [](auto, auto, auto h, auto w) { return h * 5 + w; });
  CHECK_ADAPTER(of(two, 2, 5, 6, 1, 30), {.extents = {1, 1, 6, 5}}, number);
  auto rows = packed({1, 8, 1, 5}, 40, [](auto, auto c, auto, auto w) { return (c / 4 * 5 + w) * 4 + c % 4; });
  CHECK_ADAPTER(of(rows, 2, 5, 2, 1, 10, 4), {.extents = {1, 8, 1, 5}, .how = {.axes = "cw"}}, number);
  mat half = of(one, 1, 20, 1, 1, 20), bytes = half;
  half.elemsize = 2;
  bytes.elemsize = 1;
  CHECK(as_view(half).type() == scalar_type::float16);
  CHECK(as_view(bytes, {.quantized = {0.5f, 0}}).quantized() == quantization{0.5f, 0});
  const auto brain = ncnn_view(one.data(), scalar_type::bfloat16, {.dims = 1, .w = 20, .bytes_per_element = 2});
  CHECK(brain.type() == scalar_type::bfloat16);
}
TEST_CASE("tokens of one image, of packed channels, and of two with a gap") {
  const shape row{1, 4, 1, 9}, rows{2, 4, 1, 9};
  const auto of_token = [](auto n, auto token, auto c) { return number(n, c, 0, token); };
  auto one = packed(row, 36, [](auto, auto c, auto, auto w) { return w * 4 + c; });
  testing::same_tokens(of(one, 2, 4, 9, 1, 36), of_token, {.axes = "wc"});
  auto channels = packed(row, 36, [](auto, auto c, auto, auto w) { return c / 2 * 18 + w * 2 + c % 2; });
  testing::same_tokens(of(channels, 2, 9, 2, 1, 18, 2), of_token, {.axes = "cw"});
  auto two = packed(rows, 80, [](auto n, auto c, auto, auto w) { return n * 40 + w * 4 + c; });
  testing::same_tokens(of(two, 3, 4, 9, 2, 40), of_token);
}
TEST_CASE("what cannot be read is one sentence") {
  std::vector<float> v(64);
  const auto said = [](const mat& m, const hints& h = {}) { return sentence([&] { as_view(m, h); }); };
  CHECK(said(mat()) == "as_view: the ncnn::Mat is empty");
  CHECK(said(of(v, 4, 2, 2, 2, 4)) == "as_view: the ncnn::Mat has 4 axes (w x h x d x c), expected 1 to 3");
  CHECK(said(of(v, 0, 2, 2, 2, 4)) == "as_view: the ncnn::Mat has 0 axes, expected 1 to 3");
  CHECK(said(of(v, 2, 5, 2, 1, 10, 4)) == "as_view: axes \"hw\", expected c first: the ncnn::Mat has packs of 4 there");
  mat odd = of(v, 1, 4, 1, 1, 4);
  odd.elemsize = 3;
  CHECK(said(odd) == "as_view: the ncnn::Mat has 3 bytes per value, expected 4 (float), 2 (float16) or 1 (int8)");
  CHECK(sentence([&] { ncnn_view(v.data(), scalar_type::float16, {.dims = 1, .w = 4, .bytes_per_element = 4}); }) ==
        "as_view: the ncnn::Mat has an elemsize of 4 and an elempack of 1, float16 needs 2");
}
