// GeM where the sum of powers leaves the range of a float but the result does not, its floors, its limits, its errors.
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/pool.hpp>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../placed.hpp"

using namespace cnnpool;

namespace {

using numbers = std::vector<double>;

/// Six channels of the same values, rows of memory and columns, every level, against the oracle.
template <class T, class P>
void check(const numbers& v, const P& policy, const oracle::row& expected_of_channel, double tolerance) {
  const auto n = static_cast<index_t>(v.size());
  std::vector<T> rows, columns;
  for (int c = 0; c < 6; ++c)
    for (const double x : v) rows.push_back(testing::stored_from<T>(x));
  for (const double x : v)
    for (int c = 0; c < 6; ++c) columns.push_back(testing::stored_from<T>(x));
  const auto compare = [&](const auto& d) {
    for (const auto e : d.row(0)) {
      const double expected = static_cast<double>(expected_of_channel[0]);
      if (std::isnan(expected))
        CHECK(std::isnan(e));
      else if (std::isinf(expected) || expected == 0)
        CHECK(static_cast<double>(e) == expected);
      else
        CHECK(std::fabs(static_cast<double>(e) / expected - 1) <= tolerance);
    }
  };
  const feature_view<T> along(rows.data(), {1, 6, 1, n}, nchw), across(columns.data(), {1, 6, 1, n}, nhwc);
  for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512})
    for (const bool by_rows : {true, false}) {
      INFO(to_string(level) << (by_rows ? " along" : " across") << ", " << n << " positions of " << v[0]);
      compare(pool(cpu{.target = level}, by_rows ? along : across, policy));
    }
  INFO("reference");
  compare(pool(reference{}, along, policy));
}

template <class T>
oracle::map map_of(const numbers& v) {
  oracle::map x(1, 1, static_cast<int>(v.size()));
  for (std::size_t i = 0; i < v.size(); ++i) x.values[i] = testing::real_from(testing::stored_from<T>(v[i]), {});
  return x;
}
constexpr oracle::floor_kind kind_of(gem_floor f) {
  return f == gem_floor::clamp    ? oracle::floor_kind::clamp
         : f == gem_floor::on_sum ? oracle::floor_kind::on_sum
                                  : oracle::floor_kind::none;
}
template <class T = float>
void check_gem(const numbers& v, const gem& policy, double tolerance = 2e-6) {
  INFO("p = " << policy.p << ", eps = " << policy.eps << ", floor " << static_cast<int>(policy.floor));
  const auto expected = oracle::gem(map_of<T>(v), static_cast<oracle::real>(policy.p),
                                    static_cast<oracle::real>(policy.eps), kind_of(policy.floor));
  check<T>(v, policy, expected, tolerance);
}
numbers mixed(std::size_t n, double low, double high) {
  numbers v(n, low);
  for (std::size_t i = 0; i < n; i += 3) v[i] = high;
  return v;
}

}  // namespace

TEST_CASE("no overflow, no underflow") {
  for (const std::size_t n : {1u, 49u, 200u}) {
    check_gem<float16>(numbers(n, 100), {.p = 3});
    check_gem<float16>(numbers(n, 60000), {.p = 8});
    check_gem(numbers(n, 1e8), {.p = 6});
    check_gem(mixed(n, 1, 1e8), {.p = 6});
    check_gem(numbers(n, 1e30), {.p = 3});
    check_gem(numbers(n, 3e38), {.p = 3});
    check_gem(mixed(n, 3e38, 0), {.p = 2.7});
    check_gem(numbers(n, 7), {.p = 50});
    check_gem(mixed(n, 0.01, 0.02), {.p = 50});
    check_gem(mixed(n, 1e-3, 1000), {.p = 1000}, 1e-5);
    check_gem(numbers(n, 1e-20), {.p = 3, .floor = gem_floor::none});
    check_gem(mixed(n, 1e-20, 3e-20), {.p = 3.5, .floor = gem_floor::none});
    check_gem(numbers(n, 1e-42), {.p = 3, .floor = gem_floor::none});
    check_gem<double>(numbers(n, 1e200), {.p = 3}, 1e-14);
    check_gem<double>(numbers(n, 1e-200), {.p = 3, .floor = gem_floor::none}, 1e-14);
  }
}
TEST_CASE("dead channels, floors") {
  for (const std::size_t n : {1u, 49u, 200u})
    for (const double x : {0.0, -5.0})
      for (const double p : {1.0, 2.0, 3.0, 4.0, 2.7, 8.0, 20.0, 0.5}) {
        check_gem(numbers(n, x), {.p = p});
        check_gem(numbers(n, x), {.p = p, .floor = gem_floor::on_sum}, 1e-5);
        check_gem(numbers(n, x), {.p = p, .floor = gem_floor::none});
        check_gem(mixed(n, x, 2), {.p = p});
        check_gem(mixed(n, x, 2), {.p = p, .floor = gem_floor::none});
      }
  // The MATLAB toolbox's dead channel on 9 x 11.
  check<float>(numbers(99, 0), gem{.floor = gem_floor::on_sum}, {std::cbrt(1e-6L / 99)}, 1e-6);
}
TEST_CASE("exponents below one, with zeros in the map") {
  for (const double p : {0.75, 0.5, 0.25, 0.1})
    for (const gem_floor f : {gem_floor::none, gem_floor::clamp})
      check_gem(mixed(60, 0, 2), {.p = p, .floor = f}, 2e-5);
}
TEST_CASE("very large exponents") {
  for (const double p : {1e3, 2e4, 1e6, 1e9, 1e20})
    for (const std::size_t n : {1u, 49u, 200u}) {
      check_gem(numbers(n, 0), {.p = p}, 1e-4);
      check_gem(mixed(n, 1e-3, 1e-2), {.p = p}, 1e-4);
      check_gem(numbers(n, 5), {.p = p}, 1e-4);
    }
}
TEST_CASE("p = infinity is the maximum") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  check_gem(mixed(50, 3, 1), {.p = infinity}, 0);
  check_gem(numbers(50, -3), {.p = infinity}, 1e-7);
  check_gem(numbers(50, -3), {.p = infinity, .floor = gem_floor::none}, 0);
  check_gem(numbers(50, infinity), {.p = infinity}, 0);
}
TEST_CASE("NaN and inf") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (const double p : {3.0, 2.0, 2.7, 50.0, inf})
    for (const gem_floor f : {gem_floor::clamp, gem_floor::on_sum, gem_floor::none})
      for (const std::size_t place : {0u, 25u, 48u})
        for (const double rest : {0.0, 1.0, -1.0, 1e30}) {
          numbers v(49, rest);
          v[place] = nan;
          check<float>(v, gem{.p = p, .floor = f}, {std::numeric_limits<oracle::real>::quiet_NaN()}, 0);
          v[place] = inf;
          check<float>(v, gem{.p = p, .floor = f}, {HUGE_VALL}, 0);
          v[place] = -inf;
          if (rest >= 1) check_gem(v, {.p = p, .floor = f});
        }
}
TEST_CASE("one p per channel: the same range, the same limits") {
  const auto per_channel = [](const numbers& v, float p, double tolerance) {
    static std::vector<float> six;
    six.assign(6, p);
    INFO("p = " << static_cast<double>(p));
    check<float>(v, gem_per_channel{six}, oracle::gem(map_of<float>(v), static_cast<oracle::real>(p)), tolerance);
  };
  for (const std::size_t n : {1u, 49u, 200u}) {
    per_channel(numbers(n, 1e30), 3.f, 2e-6);
    per_channel(mixed(n, 1e-3, 1e20), 7.5f, 2e-6);
    per_channel(numbers(n, 0), 2.5f, 2e-6);
    per_channel(mixed(n, 1, 4), std::numeric_limits<float>::infinity(), 2e-6);
    per_channel(mixed(n, 1e-3, 1e-2), 1e6f, 1e-4);
  }
}
TEST_CASE("misuse is one sentence") {
  const float v[4] = {1, 2, 3, 4};
  const feature_view<float> x(v, {1, 2, 1, 2}, nchw);
  CHECK(sentence([&] { pool(x, gem{.p = 0}); }) == "gem: p is 0, expected a positive number");
  CHECK(sentence([&] { pool(x, gem{.p = -1}); }) == "gem: p is -1, expected a positive number");
  CHECK(sentence([&] { pool(x, gem{.p = std::numeric_limits<double>::quiet_NaN()}); }).find("gem: p is") == 0);
  CHECK(sentence([&] { pool(x, gem{.eps = -1}); }) == "gem: eps is -1, expected a number from 0 to 1e30");
  CHECK(sentence([&] { pool(x, gem{.eps = std::numeric_limits<double>::quiet_NaN()}); }).find("gem: eps is") == 0);
  const float one[1] = {3}, zero[2] = {3, 0};
  CHECK(sentence([&] { pool(x, gem_per_channel{one}); }) ==
        "gem_per_channel: 1 exponents for 2 channels, expected one per channel");
  CHECK(sentence([&] { pool(x, gem_per_channel{zero}); }) ==
        "gem_per_channel: p of channel 1 is 0, expected a positive number");
  const float good[2] = {3, 3};
  CHECK(sentence([&] {
          pool(x, gem_per_channel{good, -1});
        }) == "gem_per_channel: eps is -1, expected a number from 0 to 1e30");
}
