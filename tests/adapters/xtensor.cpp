#include <cnnpool/adapters/xtensor.hpp>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "adapters/same_elements.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
xt::xtensor<float, 4> numbers() {
  xt::xtensor<float, 4> t({2, 20, 6, 5});
  float next = 0;
  for (float& v : t) v = next++;
  return t;
}
std::size_t u(cnnpool::index i) { return static_cast<std::size_t>(i); }
}  // namespace

TEST_CASE("xtensor, xarray, adaptors, slices, transposes") {
  const xt::xtensor<float, 4> t = numbers();
  same_elements(as_view(t), {2, 20, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& { return t(u(n), u(c), u(h), u(w)); });
  const xt::xarray<float> a = t;
  same_elements(as_view(a, {.axes = "nhwc"}), {2, 5, 20, 6}, [&](auto n, auto c, auto h, auto w) -> const float& { return a(u(n), u(h), u(w), u(c)); });
  std::vector<float> memory(24, 1);
  const auto adapted = xt::adapt(memory, std::array<std::size_t, 3>{2, 3, 4});
  same_elements(as_view(adapted), {1, 2, 3, 4}, [&](auto, auto c, auto h, auto w) -> const float& { return adapted(u(c), u(h), u(w)); });
  const auto slice = xt::view(t, 1, xt::range(3, 9), xt::all(), xt::range(1, 5, 2));
  same_elements(as_view(slice), {1, 6, 6, 2}, [&](auto, auto c, auto h, auto w) -> const float& { return slice(u(c), u(h), u(w)); });
  const auto strided = xt::strided_view(t, {1, xt::range(3, 9, 2)});
  same_elements(as_view(strided), {1, 3, 6, 5}, [&](auto, auto c, auto h, auto w) -> const float& { return strided(u(c), u(h), u(w)); });
}
TEST_CASE("results go into two axes; others are a sentence") {
  const xt::xtensor<float, 4> t = numbers();
  xt::xtensor<float, 2> out({2, 20});
  workspace w;
  pool_into(t, max{}, out, w);
  CHECK((out(0, 0) == 29 && out(1, 19) == 1199));
  xt::xtensor<float, 3> wrong({2, 20, 1});
  CHECK(sentence([&] { pool_into(t, max{}, wrong, w); }) == "pool_into: the xtensor output has 3 axes, expected 2");
}
TEST_CASE("five axes are a sentence, no element is nothing") {
  CHECK(sentence([] { const xt::xtensor<float, 5> t({1, 1, 1, 1, 1}); as_view(t); }) ==
        "as_view: the xtensor expression has 5 axes, expected 1 to 4");
  const xt::xtensor<float, 2> empty({0, 3});
  CHECK(pool(empty, sum{}).rows() == 0);
}
