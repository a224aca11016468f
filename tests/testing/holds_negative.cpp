#include <cnnpool/adapters/std.hpp>
#include <cnnpool/testing/holds_negative.hpp>

#include <cmath>

#include "catch.hpp"

using namespace cnnpool;

TEST_CASE("before a ReLU and after it, in every type") {
  const auto negative = [](auto... v) {
    return holds_negative(std::vector{v...});
  };
  CHECK(negative(1.0f, -0.5f));
  CHECK_FALSE(negative(1.0f, -0.0f, std::nanf("")));
  CHECK(negative(0.0, -1e-300));
  CHECK_FALSE(negative(0.0, 2.0));
  CHECK(negative(to_float16(1), to_float16(-1)));
  CHECK_FALSE(negative(to_float16(1), float16{0x8000}));
  CHECK(negative(to_bfloat16(-1)));
  const std::int8_t bytes[] = {3, 4};
  const shape two{.c = 2};
  CHECK(holds_negative(feature_view<std::int8_t>(bytes, two, nchw, {0.5f, 4})));
  CHECK_FALSE(holds_negative(feature_view<std::int8_t>(bytes, two, nchw, {0.5f, 3})));
  CHECK(holds_negative(feature_view<std::int8_t>(bytes, two, nchw, {-0.5f, 3})));
}
TEST_CASE("only what the view shows counts, and nothing is not negative") {
  const float memory[] = {1, -1, 2, -1};
  CHECK_FALSE(holds_negative(feature_view<float>(memory, {.w = 2}, strides{.w = 2})));
  CHECK_FALSE(holds_negative(feature_view<float>(memory, {.n = 0, .w = 2}, nchw)));
  CHECK(holds_negative(any_feature_view(memory, scalar_type::float32, {.w = 2}, nchw)));
}
