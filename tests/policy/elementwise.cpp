// A function applied while reading: what it gives, in which order, and where it nests.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/regional.hpp>
#include <cnnpool/policy/relu.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/policy/sum.hpp>
#include <cnnpool/pool.hpp>
#include <cnnpool/post/l2.hpp>
#include <cnnpool/post/scale.hpp>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
struct square {
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return x * x;
  }
};
struct minus {
  float amount;
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return x - kernel::in_every_lane<V>(amount);
  }
};
const std::vector<float> numbers{1, -2, 3, -4, 5, -6, 7, -8};
const feature_view<float> x(numbers.data(), {.c = 2, .h = 2, .w = 2}, nchw);
}  // namespace

TEST_CASE("a function, an object with a number, relu") {
  CHECK(pool(x, elementwise(square{}) | cnnpool::sum{})(0, 0) == 1 + 4 + 9 + 16);
  CHECK(pool(x, elementwise(minus{1}) | max())(0, 1) == 6);
  CHECK(pool(x, relu{} | cnnpool::sum{})(0, 1) == 12);
}
TEST_CASE("the first function is applied first") {
  CHECK(pool(x, elementwise(minus{1}) | (elementwise(square{}) | max()))(0, 0) == 25);
  CHECK(pool(x, elementwise(square{}) | (elementwise(minus{1}) | max()))(0, 0) == 15);
  CHECK(pool(x, elementwise(square{}) | (relu{} | cnnpool::sum{}))(0, 0) == 30);
  CHECK(pool(x, elementwise(minus{1}) | elementwise(square{}) | max())(0, 0) == 25);
  CHECK(pool(x, elementwise(minus{1}) | relu{} | cnnpool::sum{} | scale{.factor = 2})(0, 0) == 4);
  CHECK(pool(x, relu{} | elementwise(minus{1}) | cnnpool::sum{})(0, 0) == 0);
  CHECK(pool(x, relu{} | (elementwise(square{}) | cnnpool::sum{}))(0, 0) == 10);
}
TEST_CASE("in chains, regions and concats, with its name") {
  const auto parts = pool(x, concat(elementwise(square{}) | max(), relu{} | max()));
  CHECK((parts(0, 0) == 16 && parts(0, 1) == 64 && parts(0, 2) == 3 && parts(0, 3) == 7));
  const auto regions = pool(x, regional(elementwise(square{}) | max(), rmac_grid{.levels = 1}) | l2{});
  CHECK(regions(0, 1) == Approx(64 / std::sqrt(16. * 16 + 64. * 64)));
  workspace w;
  descriptors<float> wrong(1, 3);
  CHECK(sentence([&] { pool_into(x, elementwise(square{}) | max(), wrong, w); }) ==
        "pool_into: output is 1 x 3, policy elementwise | max on 1 x 2 x 2 x 2 needs 1 x 2");
}
