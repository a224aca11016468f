#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/cnnpool.hpp>

#include <cmath>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "policy/maps.hpp"

using namespace cnnpool;

namespace {
/// A stage on one descriptor, on every instruction set.
template <class S, class Check>
void on(const std::vector<float>& x, const S& stage, const Check& check) {
  const feature_view<float> v(x.data(), {.c = static_cast<index_t>(x.size())}, nchw);
  for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
    INFO(to_string(level));
    check(pool(cpu{.target = level}, v, sum{} | stage));
  }
}
}  // namespace

TEST_CASE("l2 is within 4 units in the last place, any size") {
  for (const int size : {1, 2, 7, 8, 9, 31, 33, 127, 129, 512, 2048, 4096}) {
    const random_map m(size, 1, 1, static_cast<std::uint64_t>(size), false);
    const auto e = oracle::l2(m.expected.values);
    on(m.values, l2{}, [&](const auto& r) {
      for (std::size_t i = 0; i < e.size(); ++i)
        REQUIRE(std::fabs(r.row(0)[i] - static_cast<float>(e[i])) <= 4 * 6e-8f * std::fabs(static_cast<float>(e[i])));
    });
    const auto with_epsilon = oracle::l2(m.expected.values, 1e-3L);
    on(m.values, l2{.add_epsilon = 1e-3}, [&](const auto& r) {
      for (std::size_t i = 0; i < e.size(); ++i)
        REQUIRE(r.row(0)[i] == Approx(static_cast<double>(with_epsilon[i])).epsilon(1e-6));
    });
  }
}
TEST_CASE("l2 of equal numbers is within 4 units in the last place, as many as a VLAD vector has") {
  for (const int size : {512, 4096, 12288, 50000})
    for (const float value : {0.1f, 0.3f, 0.7f, 1.1f, 3.3f})
      on(std::vector<float>(static_cast<std::size_t>(size), value), l2{}, [&](const auto& r) {
        const double expected = 1 / std::sqrt(static_cast<double>(size));
        const float rounded = static_cast<float>(expected), ulp = std::nextafter(rounded, 1.f) - rounded;
        INFO(size << " times " << value);
        CHECK(std::fabs(static_cast<double>(r(0, 0)) - expected) <= 4 * static_cast<double>(ulp));
      });
}
TEST_CASE("numbers of stages that would give NaN or nothing but zeros are one sentence") {
  const std::vector<float> x(4, 1);
  const feature_view<float> v(x.data(), {.c = 4}, nchw);
  CHECK(sentence([&] { pool(v, sum{} | l2{.add_epsilon = HUGE_VAL}); }) ==
        "l2: add_epsilon is inf, expected a finite number");
  CHECK(sentence([&] { pool(v, sum{} | power{.alpha = HUGE_VAL}); }) ==
        "power: alpha is inf, expected a finite number");
  CHECK(sentence([&] { pool(v, sum{} | power{.alpha = std::nan("")}); }).find("expected a positive number") !=
        std::string::npos);
}
TEST_CASE("l2 of zero is zero; very large and very small vectors have their norm") {
  on(std::vector<float>(20, 0), l2{}, [](const auto& r) { for (const float v : r.row(0)) CHECK(v == 0); });
  for (const float size : {1e-30f, 1e25f, 1e37f})
    on(std::vector<float>{3 * size, 4 * size, 0}, l2{},
       [](const auto& r) { CHECK((r(0, 0) == Approx(0.6) && r(0, 1) == Approx(0.8) && r(0, 2) == 0)); });
}
TEST_CASE("power keeps the sign; alpha = 0.5 is correctly rounded") {
  const std::vector<float> x{4, -9, 0, 2, -1e-30f, 1e30f};
  on(x, power{}, [&](const auto& r) {
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(r.row(0)[i] == std::copysign(std::sqrt(std::fabs(x[i])), x[i]));
  });
  on(x, power{.alpha = 0.3}, [&](const auto& r) {
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(r.row(0)[i] ==
            Approx(std::copysign(std::pow(std::fabs(static_cast<double>(x[i])), 0.3), static_cast<double>(x[i])))
                .epsilon(1e-6));
  });
}
TEST_CASE("scale and truncation") {
  on({1, 2, 3}, scale{-2}, [](const auto& r) { CHECK((r(0, 0) == -2 && r(0, 2) == -6)); });
  on({1, 2, 3}, truncation{.dimensions = 2}, [](const auto& r) { CHECK((r.cols() == 2 && r(0, 1) == 2)); });
  on({3, 4, 5}, truncation{.dimensions = 2} | l2{}, [](const auto& r) { CHECK(r(0, 0) == Approx(0.6)); });
}
