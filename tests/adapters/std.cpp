#include <cnnpool/adapters/std.hpp>

#include "adapters/one_descriptor.hpp"
#include "adapters/same_elements.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("a vector is one descriptor, as input and as output") {
  const std::vector<float> x{3, 4, 12};
  std::vector<float> out(3);
  testing::is_one_descriptor(x, out);
  std::array<float, 3> to_array{};
  testing::is_one_descriptor(std::array<float, 3>{3, 4, 12}, to_array);
  std::span<float> to_span(out);
  testing::is_one_descriptor(std::span<const float>(x), to_span);
}
TEST_CASE("vectors, arrays and spans are one image of c channels") {
  const std::vector<float> v{1, 2, 3};
  same_elements(v, {.c = 3}, [&](auto, auto c, auto, auto) -> const float& { return v[static_cast<std::size_t>(c)]; });
  const std::array<double, 2> a{5, 7};
  same_elements(a, {.c = 2}, [&](auto, auto c, auto, auto) -> const double& { return a[static_cast<std::size_t>(c)]; });
  const std::span<const float> s = std::span(v).subspan(1);
  same_elements(s, {.c = 2},
                [&](auto, auto c, auto, auto) -> const float& { return v[1 + static_cast<std::size_t>(c)]; });
  CHECK(pool(a, sum{})(0, 1) == 7);
}
// Tokens need two axes, which no container of the standard library has: token_view's constructor takes the pointer.
TEST_CASE("hints name the axis and the quantization; what changes is seen through the view") {
  std::vector<std::uint8_t> bytes{1, 2, 3, 4};
  const auto x = as_view(std::span(bytes), {.axes = "w", .quantized = {0.5f, 1}});
  CHECK(x.extents() == shape{1, 1, 1, 4});
  CHECK(pool(x, sum{})(0, 0) == 3);
  bytes[0] = 11;
  CHECK(pool(x, sum{})(0, 0) == 8);
}
TEST_CASE("a vector of vectors is a list, one image each") {
  const std::vector<std::vector<float>> list{{3, 4}, {0, 2}};
  const auto d = pool(list, sum{});
  CHECK((d.rows() == 2 && d.cols() == 2 && d(0, 1) == 4 && d(1, 1) == 2));
  CHECK(sentence([] { pool(std::vector<std::vector<float>>{{1, 2}, {3}}, sum{}); }) ==
        "pool: view 1 of the list: shape 1 x 1 x 1 x 1 gives 1 components, the views before it gave 2");
}
TEST_CASE("a vector, an array, a span as the output: one row") {
  const std::vector<float> x{3, 4};
  workspace w;
  std::vector<float> vector(2);
  pool_into(x, sum{} | l2{}, vector, w);
  CHECK((vector[0] == Approx(0.6) && vector[1] == Approx(0.8)));
  std::array<double, 2> array{};
  pool_into(x, sum{}, array, w);
  CHECK((array[0] == 3 && array[1] == 4));
  pool_into(x, sum{}, std::span(vector), w);
  CHECK((vector[0] == 3 && vector[1] == 4));
  const std::span<float> constant(vector);  // itself, not its numbers
  pool_into(x, sum{} | l2{}, constant, w);
  CHECK((vector[0] == Approx(0.6) && vector[1] == Approx(0.8)));
  descriptors<float> d(2, 2);
  pool_into(x, sum{}, d[1], w);  // a row is a span as input, and an output as without this adapter
  CHECK((d(0, 1) == 0 && d(1, 0) == 3 && d(1, 1) == 4));
  std::vector<float> small(1);
  CHECK(sentence([&] { pool_into(x, sum{}, small, w); }) ==
        "pool_into: output is 1 x 1, policy sum on 1 x 2 x 1 x 1 needs 1 x 2");
}
TEST_CASE("an empty vector is empty, wrong axes are a sentence") {
  const std::vector<float> none;
  CHECK(as_view(none).extents() == shape{1, 0, 1, 1});
  CHECK(pool(none, sum{}).values().size() == 0);
  const std::vector<float> v(3);
  CHECK(sentence([&] { as_view(v, {.axes = "hw"}); }) == "as_view: axes \"hw\" name 2 axes, the tensor has 1");
  CHECK(sentence([&] { as_view(v, {.axes = "x"}); }) ==
        "as_view: axes \"x\", expected each of n, c, h, w at most once");
  CHECK(sentence([&] { as_view(v, {.quantized = {0.5f, 0}}); }) ==
        "feature_view: scale and zero point are for 8-bit activations only");
}
