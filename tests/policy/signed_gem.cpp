// The signed power mean: the formula in double, powers out of range, what cancels, infinities, errors.
#include <cnnpool/cnnpool.hpp>

#include <cmath>
#include <limits>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../random.hpp"

using namespace cnnpool;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

float of(const std::vector<float>& v, double p = 3) {
  const feature_view<float> x(v.data(), {.c = 1, .w = static_cast<index_t>(v.size())}, nchw);
  return pool(x, signed_gem{.p = p})(0, 0);
}

}  // namespace

TEST_CASE("the signed power mean of random channels, of any size") {
  testing::random_numbers r(7);
  for (const float factor : {1.f, 0x1p-60f, 0x1p60f})
    for (const double p : {1., 2., 2.5, 3., 7., 20.}) {
      std::vector<float> v(50);
      for (float& x : v) x = factor * static_cast<float>(r.uniform(-1, 1.5));
      double y = 0;
      for (const float x : v) y += std::copysign(std::pow(std::abs(double(x) / double(factor)), p), double(x)) / 50;
      const double expected = std::copysign(std::pow(std::abs(y), 1 / p), y) * double(factor);
      CHECK(double(of(v, p)) == Approx(expected).epsilon(1e-5));
    }
}

TEST_CASE("the signed power mean of powers that cancel, infinities and NaN") {
  CHECK(of({3, -3}) == 0);
  CHECK(of({0x1p60f, -0x1p60f}) == 0);
  CHECK(of({-2, -2}) == Approx(-2));
  CHECK(of({0, 0, 0}) == 0);
  CHECK(of({inf, 1}) == inf);
  CHECK(of({-inf, 1}) == -inf);
  CHECK(std::isnan(of({inf, -inf})));
  CHECK(std::isnan(of({1, std::numeric_limits<float>::quiet_NaN()})));
}

TEST_CASE("the signed power mean: bad p") {
  CHECK(sentence([] { of({1}, 0.5); }) == "signed_gem: p is 0.5, expected a number from 1 to 200");
  CHECK(sentence([] { of({1}, NAN); }).starts_with("signed_gem: p is "));
}
