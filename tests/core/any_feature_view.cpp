#include <cnnpool/cnnpool.hpp>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("a program chooses the scalar types that it is compiled for; another one is a sentence") {
  const float memory[] = {1, 5, 3, 2};
  const any_feature_view floats(memory, scalar_type::float32, {.c = 2, .w = 2}, nchw);
  const any_feature_view bytes(memory, scalar_type::uint8, {.c = 2, .w = 2}, nchw, {0.5f, 1});
  CHECK(pool(only<float, float16>(floats), max())(0, 0) == 5);
  CHECK(pool(only<float16, float>(floats), max())(0, 1) == 3);
  const auto chosen = only<std::uint8_t>(bytes);
  CHECK((chosen.type() == scalar_type::uint8 && chosen.data() == memory && chosen.extents() == shape{1, 2, 1, 2} &&
         chosen.stride() == bytes.stride() && chosen.quantized() == bytes.quantized()));
  CHECK(sentence([&] { only<float, float16>(bytes); }) ==
        "only: the activations are uint8, this program is compiled for float32, float16");
  // What is not named is not compiled: this function has no body for uint8.
  struct floats_only {
    float operator()(const feature_view<float>& x) const { return x.data()[0]; }
  };
  CHECK(visit(only<float>(floats), floats_only()) == 1);
  CHECK(pool(only<float>(any_feature_view()), max()).rows() == 0);
}
TEST_CASE("as<T> is the typed view") {
  const double memory[] = {1, 2};
  const any_feature_view x(memory, scalar_type::float64, {.c = 2}, nchw);
  CHECK(x.as<double>().data() == memory);
  CHECK(sentence([&] { x.as<float>(); }) == "any_feature_view: the activations are float64, not float32");
}
