#include <cnnpool/adapters/descriptors.hpp>

#include "adapters/same_elements.hpp"
#include "adapters/same_tokens.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
descriptors<float> two_by_two() {
  descriptors<float> d(2, 2);
  d(0, 0) = 3, d(0, 1) = 4, d(1, 0) = 0, d(1, 1) = 2;
  return d;
}
}  // namespace

TEST_CASE("descriptors are n images of c channels, spans too; what changes is seen through the view") {
  descriptors<float> d = two_by_two();
  const auto x = as_view(d);
  same_elements(x, {.n = 2, .c = 2}, [&](auto n, auto c, auto, auto) -> const float& { return d(n, c); });
  const auto column = d.span().columns(1, 1);
  same_elements(column, {.n = 2, .c = 1}, [&](auto n, auto, auto, auto) -> const float& { return d(n, 1); });
  const auto row = d.span().row_range(1, 1);
  same_elements(row, {.n = 1, .c = 2}, [&](auto, auto c, auto, auto) -> const float& { return d(1, c); });
  d(1, 1) = 7;
  CHECK(pool(x, sum{})(1, 1) == 7);
}
TEST_CASE("axes are read as they are named, or refused") {
  const descriptors<float> d = two_by_two();
  same_elements(d, {.c = 2, .w = 2}, [&](auto, auto c, auto, auto w) -> const float& { return d(w, c); },
                {.axes = "wc"});
  CHECK(pool(as_view(d, {.axes = "wc"}), sum{})(0, 1) == 6);
  CHECK(sentence([&] { as_view(d, {.axes = "c"}); }) == "as_view: axes \"c\" name 1 axes, the tensor has 2");
  CHECK(sentence([&] { as_view(d, {.axes = "zz"}); }) ==
        "as_view: axes \"zz\", expected each of n, c, h, w at most once");
}
TEST_CASE("rows are the tokens of one image") {
  descriptors<float> d(testing::all_tokens, testing::token_components);
  for (std::size_t i = 0; i < d.values().size(); ++i) d.data()[i] = static_cast<float>(i);
  testing::same_tokens(d, [&](auto, auto token, auto c) -> const float& { return d(token, c); }, {.axes = "wc"});
}
TEST_CASE("stages on descriptors that are already there") {
  const descriptors<float> d = two_by_two();
  const auto r = pool(d, sum{} | l2{});
  CHECK((r(0, 0) == Approx(0.6) && r(0, 1) == Approx(0.8) && r(1, 0) == 0 && r(1, 1) == 1));
  descriptors<double> wide(1, 2);
  wide(0, 0) = 9;
  CHECK(pool(wide, sum{} | power{})(0, 0) == Approx(3));
}
TEST_CASE("a list of descriptors is put one after the other") {
  const std::vector<descriptors<float>> list{two_by_two(), descriptors<float>(0, 2), two_by_two()};
  const auto d = pool(list, sum{});
  CHECK((d.rows() == 4 && d(0, 0) == 3 && d(3, 1) == 2));
}
TEST_CASE("no descriptors give none") {
  const descriptors<float> none(0, 5), no_components(3, 0);
  CHECK((pool(none, sum{}).rows() == 0 && pool(none, sum{}).cols() == 5));
  CHECK((pool(no_components, sum{}).rows() == 3 && pool(no_components, sum{}).values().size() == 0));
  CHECK(as_view(descriptor_span<float>()).extents() == shape{0, 0, 1, 1});
}
