#include <cnnpool/adapters/xtensor.hpp>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "adapters/one_descriptor.hpp"
#include "adapters/same_elements.hpp"
#include "adapters/same_tokens.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
xt::xtensor<float, 4> numbers() {
  xt::xtensor<float, 4> t({2, 20, 6, 5});
  float next = 0;
  for (float& v : t) v = next++;
  return t;
}
std::size_t u(index_t i) { return static_cast<std::size_t>(i); }

/// The axes "nchw" and "chw" of a view against t(...).
template <class X>
void same_images(const X& t) {
  same_elements(
      t,
      as_view(t).extents(), [&](auto n, auto c, auto h, auto w) -> const auto& { return t(u(n), u(c), u(h), u(w)); });
  CHECK(as_view(t).extents().n * as_view(t).extents().c == static_cast<index_t>(t.shape()[0] * t.shape()[1]));
}
template <class X>
void same_image(const X& t, const shape& expected) {
  same_elements(
      t, expected, [&](auto, auto c, auto h, auto w) -> const auto& { return t(u(c), u(h), u(w)); });
}
}  // namespace

TEST_CASE("xtensor, xarray, of fixed size, column-major, adaptors") {
  const xt::xtensor<float, 4> t = numbers();
  CHECK(as_view(t).extents() == shape{2, 20, 6, 5});
  same_images(t);
  const xt::xtensor<float, 4, xt::layout_type::column_major> columns = t;
  CHECK(as_view(columns).stride().n == 1);
  same_images(columns);
  const xt::xarray<float> a = t;
  same_elements(a, {2, 5, 20, 6},
                [&](auto n, auto c, auto h, auto w) -> const float& { return a(u(n), u(h), u(w), u(c)); },
                {.axes = "nhwc"});
  xt::xtensor_fixed<double, xt::xshape<2, 3, 4>> fixed;
  fixed.fill(1);
  same_image(fixed, {1, 2, 3, 4});
  std::vector<std::uint8_t> memory(24, 3);
  const auto adapted = xt::adapt(memory, std::array<std::size_t, 3>{2, 3, 4});
  same_image(adapted, {1, 2, 3, 4});
  CHECK(pool(as_view(adapted, {.quantized = {0.5f, 1}}), sum{})(0, 1) == 12);
}
TEST_CASE("slices, steps, backwards, new axes, transposes") {
  const xt::xtensor<float, 4> t = numbers();
  using namespace xt::placeholders;
  same_image(xt::view(t, 1, xt::range(3, 9), xt::all(), xt::range(1, 5, 2)), {1, 6, 6, 2});
  same_image(xt::view(t, 1, xt::range(_, _, -2), xt::range(4, 1, -1)), {1, 10, 3, 5});
  same_images(xt::view(t, 1, xt::newaxis(), xt::range(2, 4)));
  same_image(xt::strided_view(t, {1, xt::range(3, 9, 2)}), {1, 3, 6, 5});
  same_image(xt::strided_view(t, {0, xt::range(_, _, -1), xt::ellipsis()}), {1, 20, 6, 5});
  same_images(xt::transpose(t));
  CHECK(as_view(xt::transpose(t)).extents() == shape{5, 6, 20, 2});
}
TEST_CASE("an expression that is not strided memory has no adapter") {
  const xt::xtensor<float, 2> t({4, 4});
  const auto sum_of_two = t + t;
  const auto picked = xt::view(t, xt::keep(0, 3), xt::all());
  static_assert(!viewable<std::remove_const_t<decltype(sum_of_two)>>);
  static_assert(!viewable<std::remove_const_t<decltype(picked)>>);
  static_assert(viewable<xt::xtensor<float, 2>> && !viewable<xt::xtensor<int, 2>>);
  CHECK(picked.dimension() == sum_of_two.dimension());
}
TEST_CASE("tokens, of a tensor and of a part of one") {
  xt::xtensor<float, 3> t({2, 12, 4});
  float next = 0;
  for (float& v : t) v = next++;
  const auto part = xt::view(t, xt::all(), xt::range(2, 11), xt::all());
  testing::same_tokens(part, [&](auto n, auto token, auto c) -> const float& { return t(u(n), u(token) + 2, u(c)); });
  const xt::xtensor<float, 3> whole = part;
  testing::same_tokens(whole, [&](auto n, auto token, auto c) -> const float& { return whole(u(n), u(token), u(c)); });
}
TEST_CASE("what changes in the tensor is seen through the view") {
  xt::xtensor<float, 3> t({2, 3, 4}, 1);
  const auto x = as_view(t);
  t(1, 2, 3) = 5;
  CHECK(pool(x, max())(0, 1) == 5);
}
TEST_CASE("results go into two axes with an adjacent second one; others are a sentence") {
  const xt::xtensor<float, 4> t = numbers();
  workspace w;
  xt::xtensor<float, 2> out({2, 20});
  pool_into(t, max(), out, w);
  CHECK((out(0, 0) == 29 && out(1, 19) == 1199));
  xt::xarray<double> big = xt::zeros<double>({4, 30});
  pool_into(t, max(), xt::view(big, xt::range(1, 3), xt::range(5, 25)), w);
  CHECK((big(1, 5) == 29 && big(2, 24) == 1199 && big(1, 4) == 0 && big(3, 5) == 0));
  xt::xtensor<float, 3> three({2, 20, 1});
  CHECK(sentence([&] { pool_into(t, max(), three, w); }) ==
        "pool_into: the xtensor output has 3 axes, expected 1 or 2");
  xt::xtensor<float, 2, xt::layout_type::column_major> columns({2, 20});
  CHECK(sentence([&] { pool_into(t, max(), columns, w); }) ==
        "pool_into: the xtensor output of 2 x 20 has a column stride of 2, expected 1");
  CHECK(sentence([&] { pool_into(t, max(), xt::view(big, xt::range(0, 2), xt::range(0, 19)), w); }) ==
        "pool_into: output is 2 x 19, policy max on 2 x 20 x 6 x 5 needs 2 x 20");
}
TEST_CASE("a vector is one descriptor, as input and as output") {
  const xt::xtensor<float, 1> x{3, 4, 12};
  xt::xtensor<float, 1> out = xt::zeros<float>({3});
  testing::is_one_descriptor(x, out);
  xt::xarray<float> matrix = xt::zeros<float>({3, 2});
  auto column = xt::view(matrix, xt::all(), 1);
  workspace w;
  CHECK(sentence([&] { pool_into(x, sum{}, column, w); }) ==
        "pool_into: the xtensor output of 1 x 3 has a column stride of 2, expected 1");
}
TEST_CASE("five axes or none are a sentence, no element is nothing") {
  const xt::xtensor<float, 5> five({1, 1, 1, 1, 1});
  CHECK(sentence([&] { as_view(five); }) == "as_view: the xtensor expression has 5 axes, expected 1 to 4");
  const xt::xarray<float> number(3.0f);
  CHECK(sentence([&] { as_view(number); }) == "as_view: the tensor has 0 axes, expected 1 to 4 (or hints{.axes})");
  const xt::xtensor<float, 2> empty({0, 3});
  CHECK(as_view(empty).extents() == shape{0, 3, 1, 1});
  CHECK(pool(empty, sum{}).rows() == 0);
}
