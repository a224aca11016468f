#define ARMA_DONT_USE_WRAPPER
#include <armadillo>

#include <cnnpool/adapters/armadillo.hpp>

#include "adapters/convolution.hpp"
#include "adapters/one_descriptor.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::at;

namespace {
arma::Cube<float> numbers() {
  arma::Cube<float> t(6, 5, 20);
  float next = 0;
  for (float& v : t) v = next++;
  return t;
}
}  // namespace

TEST_CASE("a cube is one image of h x w x c, as it lies") {
  arma::Cube<float> t = numbers();
  CHECK_ADAPTER(
      t, {.extents = {1, 20, 6, 5}, .stride = strides{.c = 30, .h = 1, .w = 6}},
      [&](auto, auto c, auto h, auto w) -> const float& { return t(at(h), at(w), at(c)); },
      [&] { t(5, 4, 19) = 7000; });
  CHECK(pool(t, max())(0, 19) == 7000);
  CHECK(as_view(t, {.axes = "whc"}).extents() == shape{1, 20, 5, 6});
  testing::ran("Armadillo", arma::arma_version::as_string(), testing::policies_on(as_view(t)),
               "cubes, matrices, subcubes");
}
TEST_CASE("parts of a cube and of a matrix") {
  arma::Cube<double> t = arma::conv_to<arma::Cube<double>>::from(numbers());
  const auto part = t.subcube(1, 2, 3, 4, 4, 12);
  CHECK_ADAPTER(
      part, {.extents = {1, 10, 4, 3}, .type = scalar_type::float64, .stride = strides{.c = 30, .h = 1, .w = 6}},
      [&](auto, auto c, auto h, auto w) { return part.at(at(h), at(w), at(c)); }, [&] { t(1, 2, 3) = -1; });
  const auto tube = t.tube(2, 3);
  CHECK_ADAPTER(tube, {.extents = {1, 20, 1, 1}, .type = scalar_type::float64},
                [&](auto, auto c, auto, auto) -> const double& { return t(2, 3, at(c)); });
  arma::fmat m(7, 4, arma::fill::randu);
  const auto middle = m.submat(2, 1, 5, 2);
  CHECK_ADAPTER(middle, {.extents = {2, 4, 1, 1}, .stride = strides{.n = 7, .c = 1}},
                [&](auto n, auto c, auto, auto) -> const float& { return m(at(c + 2), at(n + 1)); });
  const auto row = m.row(3);
  CHECK_ADAPTER(row, {.extents = {1, 4, 1, 1}, .stride = strides{.c = 7}},
                [&](auto, auto c, auto, auto) -> const float& { return m(3, at(c)); });
}
TEST_CASE("tokens: a slice for each image, or a matrix for one") {
  arma::Cube<float> cube(4, 9, 2);
  float next = 0;
  for (float& v : cube) v = next++;
  testing::same_tokens(
      cube, [&](auto n, auto token, auto c) -> const float& { return cube(at(c), at(token), at(n)); },
      {.axes = "cwn"});
  const arma::fmat m = cube.slice(1);
  testing::same_tokens(
      m, [&](auto, auto token, auto c) -> const float& { return m(at(c), at(token)); }, {.axes = "cw"});
}
TEST_CASE("a vector is one descriptor, as input and as output") {
  const arma::fvec column = {3, 4, 12};
  const arma::frowvec row = {3, 4, 12};
  arma::fvec to_column(3);
  arma::frowvec to_row(3);
  testing::is_one_descriptor(column, to_column);
  testing::is_one_descriptor(row, to_row);
}
TEST_CASE("a matrix has a descriptor per column, a vector is one descriptor") {
  const arma::fmat m(3, 4, arma::fill::randu);
  CHECK_ADAPTER(m, {.extents = {4, 3, 1, 1}},
                [&](auto n, auto c, auto, auto) -> const float& { return m(at(c), at(n)); });
  const arma::vec v(5, arma::fill::ones);
  const arma::frowvec r(5, arma::fill::ones);
  CHECK(as_view(v).extents() == shape{1, 5, 1, 1});
  CHECK(as_view(r).extents() == shape{1, 5, 1, 1});
  const arma::Mat<arma::u8> bytes(2, 2, arma::fill::ones);
  CHECK(pool(as_view(bytes, {.axes = "hw", .quantized = {0.5f, 3}}), sum{})(0, 0) == -4);
}
TEST_CASE("a range of cubes is a list of images") {
  const std::vector<arma::Cube<float>> images(3, numbers());
  CHECK(pool(images, max()).rows() == 3);
}
TEST_CASE("results go into d x n, one descriptor per column") {
  const std::vector<float> images = {1, 2, 3, 4, 5, 6};
  const feature_view<float> x(images.data(), {.n = 2, .c = 3}, nchw);
  workspace w;
  arma::fmat out(3, 2);
  pool_into(x, max(), out, w);
  CHECK((out(0, 0) == 1 && out(2, 0) == 3 && out(0, 1) == 4 && out(2, 1) == 6));
  arma::vec one(3);
  pool_into(x.images(1, 1), max(), one, w);
  CHECK((one(0) == 4 && one(2) == 6));
  arma::fmat wrong(2, 3);
  CHECK(sentence([&] { pool_into(x, max(), wrong, w); }) ==
        "pool_into: output is 3 x 2, policy max on 2 x 3 x 1 x 1 needs 2 x 3");
}
TEST_CASE("empty, moved from, and what has no adapter") {
  arma::fcube t = numbers(), taken = std::move(t);
  CHECK(as_view(taken).extents() == shape{1, 20, 6, 5});
  CHECK(as_view(t).extents() == shape{1, 0, 0, 0});
  const arma::fcube empty;
  CHECK(as_view(empty).extents() == shape{1, 0, 0, 0});
  const arma::fmat nothing;
  CHECK(as_view(nothing).extents() == shape{0, 0, 1, 1});
  CHECK(sentence([&] { as_view(taken, {.axes = "nc"}); }) == "as_view: axes \"nc\" name 2 axes, the tensor has 3");
  static_assert(!viewable<arma::SpMat<float>> && !viewable<arma::Mat<int>>);
  static_assert(!viewable<decltype(std::declval<arma::fmat>() + std::declval<arma::fmat>())>);
}
