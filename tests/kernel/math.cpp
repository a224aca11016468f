#include <cnnpool/kernel/math.hpp>
#include <cnnpool/core/scalar.hpp>
#include <cnnpool/core/shape.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "catch.hpp"

using namespace cnnpool;

TEST_CASE("helpers on one lane: zeros lose their sign, a NaN is neither more nor less") {
  const double nan = std::nan("");
  CHECK((kernel::absolute(-3.) == 3 && kernel::absolute(3.f) == 3));
  CHECK((!std::signbit(kernel::absolute(-0.)) && std::isnan(kernel::absolute(nan))));
  CHECK((kernel::maximum(1., 2.) == 2 && kernel::maximum(2., 1.) == 2));
  CHECK((kernel::maximum_or_nan(1., 2.) == 2 && kernel::maximum_or_nan(2., 1.) == 2));
  CHECK((std::isnan(kernel::maximum_or_nan(nan, 1.)) && std::isnan(kernel::maximum_or_nan(1., nan))));
  CHECK((kernel::select(true, 1., 2.) == 1 && kernel::select(false, 1., 2.) == 2));
  CHECK((kernel::all(true) && !kernel::all(false)));
  CHECK(kernel::rounded_product(3.f, 5.f) == 15);
  // 1 + 2^-12 squared needs 25 bits; fused with the subtraction the last one would show.
  const float x = 1 + 0x1p-12f;
  CHECK(kernel::rounded_product(x, x) - (1 + 0x1p-11f) == 0);
}
TEST_CASE("log(1 + x) is exact to some units in the last place, however small x is") {
  const auto check = []<class L>(L unit) {
    for (L x = L(1e-20); x < L(1e20); x *= L(1.7)) {
      const long double e = std::log1p(static_cast<long double>(x));
      CHECK(std::fabs(static_cast<long double>(kernel::log1p(x)) - e) <= 4 * unit * e);
    }
    CHECK(kernel::log1p(L(0)) == 0);
    CHECK(std::isinf(kernel::log1p(std::numeric_limits<L>::infinity())));
    CHECK(std::isnan(kernel::log1p(std::numeric_limits<L>::quiet_NaN())));
  };
  check(0x1p-24f);
  check(0x1p-53);
}
TEST_CASE("limits are those of the standard library") {
  const auto same = []<class L>(L) {
    CHECK(kernel::limits<L>::infinity == std::numeric_limits<L>::infinity());
    CHECK(kernel::limits<L>::smallest == std::numeric_limits<L>::min());
    CHECK(kernel::limits<L>::largest == std::numeric_limits<L>::max());
  };
  same(1.f);
  same(1.);
}
TEST_CASE("an exponent's parts add up to it, the upper one short enough for exact products") {
  for (const double p : {3., 2.2, 1 / 3., 0.1, 17.75, -2.2}) {
    const kernel::exponent<float> e(p);
    CHECK(std::fabs(static_cast<double>(e.high) + static_cast<double>(e.low) - p) <= 0x1p-30 * std::fabs(p));
    CHECK(static_cast<float>(static_cast<double>(e.high) * 149) == e.high * 149);
    const kernel::exponent<double> d(p);
    CHECK(d.high + d.low == p);
    CHECK(d.high * 1074 / 1074 == d.high);
  }
}
TEST_CASE("every scalar type has its name; a number that is none says so") {
  CHECK(to_string(scalar_type::float32) == std::string("float32"));
  CHECK(to_string(scalar_type::uint8) == std::string("uint8"));
  CHECK(to_string(static_cast<scalar_type>(6)) == std::string("no scalar type"));
}
TEST_CASE("a channel's offset: blocks, and the channels inside one") {
  const strides blocked{.c = 100, .block = 4, .in_block = 3};
  CHECK((blocked.channel(0) == 0 && blocked.channel(3) == 9 && blocked.channel(4) == 100));
  CHECK(blocked.channel(11) == 2 * 100 + 3 * 3);
  CHECK(strides{.c = 7}.channel(5) == 35);
}
TEST_CASE("bfloat16 rounds to the nearest, halves to even") {
  const auto rounded = [](float x) { return to_float(to_bfloat16(x)); };
  CHECK((rounded(1 + 0x1p-9f) == 1 && rounded(1 + 0x1p-7f + 0x1p-8f) == 1 + 0x1p-6f));
  CHECK((rounded(1 + 0x1p-8f) == 1 && rounded(-1 - 0x1p-8f - 0x1p-20f) == -1 - 0x1p-7f));
}
TEST_CASE("products and sums of indices are refused before they wrap") {
  const index_t most = std::numeric_limits<index_t>::max(), least = std::numeric_limits<index_t>::min();
  index_t r = 0;
  CHECK((detail::multiply(most, 1, r) && r == most));
  CHECK((detail::multiply(-3, 4, r) && r == 12));
  CHECK((detail::multiply(3, -4, r) && r == 12));
  CHECK((detail::multiply(0, most, r) && r == 0));
  CHECK((detail::multiply(most / 2, 2, r) && r == most - 1));
  CHECK(!detail::multiply(most / 2 + 1, 2, r));
  CHECK((detail::multiply(least, 1, r) && r == most));
  CHECK((!detail::multiply(least, 2, r) && !detail::multiply(2, least, r)));
  r = most - 1;
  CHECK((detail::add(r, 1) && r == most));
  CHECK((!detail::add(r, 1) && r == most));
}
