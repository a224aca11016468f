#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/adapters/std.hpp>

#include "adapters/same_elements.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("vectors, arrays and spans are one descriptor of c components") {
  const std::vector<float> v{1, 2, 3};
  same_elements(as_view(v), {.c = 3}, [&](auto, auto c, auto, auto) -> const float& { return v[static_cast<std::size_t>(c)]; });
  const std::array<double, 2> a{5, 7};
  CHECK(pool(a, sum{})(0, 1) == 7);
  std::vector<std::uint8_t> bytes{1, 2, 3, 4};
  const auto x = as_view(std::span(bytes), {.axes = "w", .quantized = {0.5f, 1}});
  CHECK(pool(x, sum{})(0, 0) == 3);
  bytes[0] = 11;
  CHECK(pool(x, sum{})(0, 0) == 8);
}
TEST_CASE("a vector as the output") {
  const std::vector<float> x{3, 4};
  std::vector<float> out(2);
  workspace w;
  pool_into(x, sum{} | l2{}, out, w);
  CHECK((out[0] == Approx(0.6) && out[1] == Approx(0.8)));
  std::vector<float> small(1);
  CHECK(sentence([&] { pool_into(x, sum{}, small, w); }) == "pool_into: output is 1 x 1, policy sum on 1 x 2 x 1 x 1 needs 1 x 2");
}
TEST_CASE("stages on descriptors that are already there") {
  descriptors<float> d(2, 2);
  d(0, 0) = 3, d(0, 1) = 4, d(1, 0) = 0, d(1, 1) = 2;
  const auto r = pool(d, sum{} | l2{});
  CHECK((r(0, 0) == Approx(0.6) && r(1, 1) == 1));
  const auto column = pool(d.span().columns(1, 1), sum{});
  CHECK((column.cols() == 1 && column(0, 0) == 4 && column(1, 0) == 2));
}
TEST_CASE("an empty vector is empty, wrong axes are a sentence") {
  CHECK(pool(std::vector<float>{}, sum{}).size() == 0);
  CHECK(sentence([] { const std::vector<float> v(3); as_view(v, {.axes = "hw"}); }) ==
        "as_view: axes \"hw\" name 2 axes, the tensor has 1");
  CHECK(sentence([] { const std::vector<float> v(3); as_view(v, {.axes = "x"}); }) ==
        "as_view: axes \"x\", expected each of n, c, h, w at most once");
}
