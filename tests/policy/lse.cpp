// Log-sum-exp against the formula in double, from almost the average to almost the maximum, in every layout and type.
#include <cnnpool/cnnpool.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../random.hpp"

using namespace cnnpool;

namespace {

constexpr shape extents{2, 21, 7, 9};

template <class T>
std::vector<T> random_map(double range) {
  testing::random_numbers r(3);
  std::vector<T> v(static_cast<std::size_t>(checked_size(extents, "test")));
  for (T& x : v) x = static_cast<T>(r.uniform(-range, range));
  return v;
}
template <class T>
double expected(const feature_view<T>& x, index_t n, index_t c, double r) {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (index_t p = 0; p < extents.positions(); ++p)
    largest = std::max(largest, static_cast<double>(x(n, c, p / extents.w, p % extents.w)));
  for (index_t p = 0; p < extents.positions(); ++p)
    sum += std::exp(r * (static_cast<double>(x(n, c, p / extents.w, p % extents.w)) - largest));
  return largest + std::log(sum / static_cast<double>(extents.positions())) / r;
}
template <class T>
void check(double range, double r, double bound) {
  const std::vector<T> v = random_map<T>(range);
  for (const strides& layout : {nchw(extents), nhwc(extents)}) {
    const feature_view<T> x(v.data(), extents, layout);
    const auto near = [&](const auto& d) {
      for (index_t n = 0; n < extents.n; ++n)
        for (index_t c = 0; c < extents.c; ++c)
          CHECK(std::abs(static_cast<double>(d(n, c)) - expected(x, n, c, r)) <= bound);
    };
    near(pool(x, lse{.r = r}));
    near(pool(reference{}, x, lse{.r = r}));
    if constexpr (sizeof(T) == 4) near(pool(any_feature_view(x), lse{.r = r}));
  }
}

}  // namespace

TEST_CASE("log-sum-exp of small and large activations") {
  check<float>(1, 10, 1e-6);
  check<float>(1, .01, 1e-4);
  check<float>(1e4, 10, 1e-2);  // exp(r x) itself would be infinite
  check<float>(100, 1e-3, 1e-2);
  check<double>(1, 10, 1e-12);
  check<double>(1e3, 10, 1e-10);
}
TEST_CASE("between the average and the maximum, in one pass with both") {
  const std::vector<float> v = random_map<float>(2);
  const feature_view<float> x(v.data(), extents, nchw);
  const auto d = pool(x, concat(average{}, lse{}, cnnpool::max(), lse{.r = 1000}));
  const index_t c = extents.c;
  for (index_t j = 0; j < c; ++j) {
    CHECK((d(0, j) < d(0, c + j) && d(0, c + j) < d(0, 2 * c + j)));
    CHECK(std::abs(d(0, 2 * c + j) - d(0, 3 * c + j)) <= 0.0043f);  // log(63) / 1000
  }
}
TEST_CASE("NaN, infinities, one position, zeros") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const float odd : {inf, nan, -inf})
    for (const index_t at : {0, 17, 62}) {
      std::vector<float> v = random_map<float>(1);
      v[static_cast<std::size_t>(at)] = odd;
      const auto d = pool(feature_view<float>(v.data(), extents, nchw), lse{});
      if (odd == inf) CHECK(d(0, 0) == inf);
      else if (odd == -inf) CHECK(std::isfinite(d(0, 0)));
      else CHECK(std::isnan(d(0, 0)));
      CHECK(std::isfinite(d(0, 1)));
    }
  const std::vector<float> low(20, -inf), zeros(20), one{2.5f};
  CHECK(pool(feature_view<float>(low.data(), {.h = 4, .w = 5}, nchw), lse{})(0, 0) == -inf);
  CHECK(pool(feature_view<float>(zeros.data(), {.h = 4, .w = 5}, nchw), lse{})(0, 0) == 0);
  CHECK(pool(feature_view<float>(one.data(), {}, nchw), lse{})(0, 0) == 2.5f);
}
TEST_CASE("r that is none") {
  const float x = 1;
  const feature_view<float> v(&x, {}, nchw);
  CHECK(sentence([&] { pool(v, lse{.r = 0}); }) == "lse: r is 0, expected a positive number of at most 1e30");
  CHECK(sentence([&] { pool(v, lse{.r = -2}); }) == "lse: r is -2, expected a positive number of at most 1e30");
  CHECK(sentence([&] { pool(v, lse{.r = std::nan("")}); }).starts_with("lse: r is "));
}
