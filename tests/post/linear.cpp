// The linear layer and the mlp: the formula in double, weights of every type, a batch, numbers that are not copied.
#include <cnnpool/cnnpool.hpp>

#include <cmath>
#include <limits>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../random.hpp"

using namespace cnnpool;

namespace {

std::vector<float> random(std::size_t count, std::uint64_t stream) {
  testing::random_numbers r(stream);
  std::vector<float> v(count);
  for (float& x : v) x = static_cast<float>(r.uniform(-1, 1));
  return v;
}
template <class T>
T stored(float x) {
  if constexpr (std::is_same_v<T, float16>) return to_float16(x);
  else if constexpr (std::is_same_v<T, bfloat16>) return to_bfloat16(x);
  else return x;
}

template <class T, class X>
void check(index_t rows, index_t d, index_t outputs) {
  std::vector<T> w;
  for (const float x : random(static_cast<std::size_t>(outputs * d), 1)) w.push_back(stored<T>(x));
  const std::vector<float> b = random(static_cast<std::size_t>(outputs), 2);
  std::vector<X> x;
  for (const float v : random(static_cast<std::size_t>(rows * d), 3)) x.push_back(static_cast<X>(v));
  const feature_view<X> in(x.data(), {.n = rows, .c = d}, nchw);
  const linear<T> layer(w, b), over = linear<T>::over(w, b);
  const auto y = pool(in, sum{} | layer), same = pool(in, sum{} | over), exact = pool(reference{}, in, sum{} | layer);
  CHECK(std::equal(y.values().begin(), y.values().end(), same.values().begin()));
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < outputs; ++j) {
      double expected = double(b[static_cast<std::size_t>(j)]);
      for (index_t k = 0; k < d; ++k)
        expected += double(kernel::as_lane<float>(w[static_cast<std::size_t>(j * d + k)], {})) *
                    double(x[static_cast<std::size_t>(i * d + k)]);
      REQUIRE(double(y(i, j)) == Approx(expected).margin(2e-5));
      REQUIRE(exact(i, j) == Approx(expected).margin(1e-9));
    }
}

}  // namespace

TEST_CASE("linear layers with weights of every type, on one descriptor and many") {
  for (const index_t rows : {1, 8, 19}) {
    check<float, float>(rows, 33, 7);
    check<float16, float>(rows, 33, 7);
    check<bfloat16, float>(rows, 64, 5);
    check<float, double>(rows, 33, 7);
    check<float16, double>(rows, 33, 7);
    check<bfloat16, double>(rows, 9, 3);
  }
}

TEST_CASE("linear | relu | linear") {
  const std::vector<float> x = random(6, 4);
  const mlp two{linear<float>(random(4 * 3, 5), random(4, 6)), linear<float>(random(2 * 4, 7), random(2, 8))};
  const feature_view<float> in(x.data(), {.n = 2, .c = 3}, nchw);
  const auto hidden = pool(in, sum{} | two.first);
  const auto y = pool(in, sum{} | two);
  for (index_t i = 0; i < 2; ++i)
    for (index_t j = 0; j < 2; ++j) {
      double expected = double(two.second.biases()(0, j));
      for (index_t k = 0; k < 4; ++k)
        expected += double(two.second.weights()(j, k)) * std::max(double(hidden(i, k)), 0.);
      CHECK(double(y(i, j)) == Approx(expected).margin(1e-6));
    }
}

TEST_CASE("linear: bad input") {
  const std::vector<float> six(6, 1.f), four(4, 1.f);
  CHECK(sentence([&] { linear(six, four); }) == "linear: 6 weights for 4 biases, expected as many for each");
  CHECK(sentence([&] { linear(six, std::vector<float>{}); }) ==
        "linear: 6 weights for 0 biases, expected as many for each");
  std::vector<float> bad = six;
  bad[4] = std::numeric_limits<float>::infinity();
  CHECK(sentence([&] { linear(bad, std::vector<float>(2)); }) ==
        "linear: number 4 of the weights is inf, expected a finite number");
  CHECK(sentence([&] { linear(six, std::vector<float>{1, NAN}); }).starts_with("linear: number 1 of the biases is "));
  const feature_view<float> x(four.data(), {.c = 4}, nchw);
  CHECK(sentence([&] { pool(x, sum{} | linear(six, std::vector<float>(2))); }) ==
        "linear: the layer takes 3 components, it is given 4");
  CHECK(sentence([&] { pool(x, sum{} | linear<float>{}); }) ==
        "linear: the layer is empty; give it weights and biases");
}
