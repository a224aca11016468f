// Where the class token, the registers and the patches of a tensor of tokens lie, and what does not add up.
#include <cnnpool/core/token_view.hpp>

#include <vector>

#include "../catch.hpp"
#include "../errors.hpp"

using namespace cnnpool;

namespace {
/// Component c of token t of image n is 1000 n + 10 t + c.
std::vector<float> numbered(index_t n, index_t tokens, index_t d) {
  std::vector<float> v;
  for (index_t i = 0; i < n; ++i)
    for (index_t t = 0; t < tokens; ++t)
      for (index_t c = 0; c < d; ++c) v.push_back(static_cast<float>(1000 * i + 10 * t + c));
  return v;
}
}  // namespace

TEST_CASE("a class token, registers, and patches row by row") {
  const std::vector<float> memory = numbered(2, 1 + 4 + 6, 3);
  const token_view<float> t(memory.data(), {.n = 2, .tokens = 11, .d = 3}, {.registers = 4, .h = 2, .w = 3});
  CHECK((t.has_cls() && t.has_grid()));
  CHECK(t.extents() == shape{2, 3, 2, 3});
  CHECK(t.cls().extents() == shape{2, 3, 1, 1});
  CHECK(t.registers().extents() == shape{2, 3, 1, 4});
  CHECK(t.cls()(1, 2, 0, 0) == 1002);
  CHECK(t.registers()(1, 2, 0, 0) == 1012);
  CHECK(t.registers()(0, 0, 0, 3) == 40);
  for (index_t h = 0; h < 2; ++h)
    for (index_t w = 0; w < 3; ++w) {
      CHECK(t(1, 1, h, w) == static_cast<float>(1000 + 10 * (5 + 3 * h + w) + 1));
      CHECK(t.patches()(1, 1, h, w) == t(1, 1, h, w));
      CHECK(t.data()[t.offset(1, 1, h, w)] == t(1, 1, h, w));
    }
  const token_view<float> second = t.images(1, 1);
  CHECK((second.extents().n == 1 && second.cls()(0, 0, 0, 0) == 1000 && second.registers()(0, 0, 0, 0) == 1010));
  const token_view<float> part = t.crop({1, 1, 1, 2});
  CHECK((part.extents() == shape{2, 3, 1, 2} && part(0, 0, 0, 0) == 90 && part.cls()(1, 0, 0, 0) == 1000));
}
TEST_CASE("without a class token, without a grid, of one patch, of none") {
  const std::vector<float> memory = numbered(1, 6, 2);
  const token_view<float> siglip(memory.data(), {.tokens = 6, .d = 2}, {.cls = false, .h = 3, .w = 2});
  CHECK((!siglip.has_cls() && siglip(0, 1, 0, 0) == 1));
  CHECK(sentence([&] { (void)siglip.cls(); }) == "token_view: these tokens have no class token");
  const token_view<float> row(memory.data(), {.tokens = 6, .d = 2}, {});
  CHECK((!row.has_grid() && row.extents() == shape{1, 2, 1, 5} && row(0, 0, 0, 4) == 50));
  const token_view<float> one(memory.data(), {.tokens = 2, .d = 2}, {.h = 1, .w = 1});
  CHECK((one.has_grid() && one(0, 0, 0, 0) == 10 && one.cls()(0, 1, 0, 0) == 1));
  const token_view<float> none(memory.data(), {.tokens = 1, .d = 2}, {});
  CHECK((none.extents().positions() == 0 && none.has_cls()));
  const token_view<float> nothing;
  CHECK(nothing.extents().n == 0);
}
TEST_CASE("query, key and value lie side by side") {
  const std::vector<float> memory = numbered(2, 5, 6);
  for (const auto& [which, first] : {std::pair(facet::query, 0), {facet::key, 2}, {facet::value, 4}}) {
    const token_view<float> t(memory.data(), {.n = 2, .tokens = 5, .d = 2}, {.h = 2, .w = 2, .facet = which});
    CHECK(t.extents() == shape{2, 2, 2, 2});
    CHECK(t(1, 1, 1, 0) == static_cast<float>(1000 + 30 + first + 1));
    CHECK(t.cls()(1, 0, 0, 0) == static_cast<float>(1000 + first));
  }
}
TEST_CASE("tokens with strides of their own, and tensors of their own") {
  const std::vector<float> memory = numbered(2, 5, 3);
  // n x d x tokens, the tokens adjacent.
  const feature_view<float> transposed(memory.data(), {2, 3, 1, 5}, nchw);
  const token_view<float> t(transposed, {.h = 2, .w = 2});
  for (index_t p = 0; p < 4; ++p) CHECK(t(1, 2, p / 2, p % 2) == transposed(1, 2, 0, 1 + p));
  CHECK(t.cls()(1, 2, 0, 0) == transposed(1, 2, 0, 0));
  const feature_view<float> down(memory.data(), {2, 3, 5, 1}, nchw);
  CHECK(token_view<float>(down, {.h = 2, .w = 2})(1, 2, 1, 1) == down(1, 2, 4, 0));

  const feature_view<float> patches(memory.data(), {.n = 1, .c = 3, .h = 2, .w = 2}, nchw),
      own(memory.data() + 20, {.n = 1, .c = 3}, nchw);
  const auto both = token_view<float>::of_parts(patches, own);
  CHECK((both.has_grid() && both.cls()(0, 0, 0, 0) == memory[20] && both(0, 0, 1, 1) == memory[3]));
  CHECK(sentence([&] { (void)token_view<float>::of_parts(patches, patches); }) ==
        "token_view: class tokens of 1 x 3 x 2 x 2 for patches of 1 x 3 x 2 x 2, expected 1 x 3 x 1 x 1");
}
TEST_CASE("a scalar type that is known at run time") {
  std::vector<float16> memory(30);
  memory[3] = to_float16(2.5f);
  const any_token_view t(any_feature_view(memory.data(), scalar_type::float16, {.n = 2, .c = 3, .w = 5}, nhwc), {});
  CHECK(t.type() == scalar_type::float16);
  visit(t, [&]<class V>(const V& v) {
    if constexpr (std::is_same_v<typename V::value_type, float16>) CHECK(to_float(v(0, 0, 0, 0)) == 2.5f);
    else FAIL("another type");
  });
  CHECK(sentence([&] {
          any_token_view(any_feature_view(memory.data(), scalar_type::float16, {.n = 2, .c = 3, .w = 5}, nhwc),
                         {.h = 3, .w = 3});
        }) == "token_view: 1 class token, 0 registers and 3 x 3 patches are not the 5 tokens");
}
TEST_CASE("what does not add up") {
  const std::vector<float> memory(100);
  const auto said = [&](const token_shape& s, const token_layout& layout) {
    return sentence([&] { token_view<float>(memory.data(), s, layout); });
  };
  CHECK(said({.tokens = 11, .d = 3}, {.registers = 4, .h = 2, .w = 4}) ==
        "token_view: 1 class token, 4 registers and 2 x 4 patches are not the 11 tokens");
  CHECK(said({.tokens = 11, .d = 3}, {.cls = false, .h = 2, .w = 3}) ==
        "token_view: no class token, 0 registers and 2 x 3 patches are not the 11 tokens");
  CHECK(said({.tokens = 4, .d = 3}, {.registers = 4}) ==
        "token_view: a class token and 4 registers are more than the 4 tokens");
  CHECK(said({.tokens = 7, .d = 3}, {.h = 2}) == "token_view: h is 2 and w is 0, expected both or neither");
  CHECK(said({.tokens = 7, .d = 3}, {.registers = -1}) ==
        "token_view: registers is -1, h 0, w 0, expected 0 or more of each");
  CHECK(said({.tokens = 5, .d = index_t{1} << 62}, {.facet = facet::key}) ==
        "token_view: 3 facets of 4611686018427387904 components are too many to count");
  CHECK(sentence([&] {
          token_view<float>(feature_view<float>(memory.data(), {1, 4, 1, 5}, nhwc), {.facet = facet::key});
        }) == "token_view: tokens of 4 components, expected 3 facets of equal size");
  CHECK(sentence([&] {
          token_view<float>(feature_view<float>(memory.data(), {1, 6, 1, 5}, channel_blocks(4)), {.facet = facet::key});
        }) == "token_view: facets of 2 components in blocks of 4, expected whole blocks");
  CHECK(sentence([&] { token_view<float>(feature_view<float>(memory.data(), {1, 4, 2, 3}, nhwc), {}); }) ==
        "token_view: the tokens lie on a map of 2 x 3, expected them along one axis");
}
