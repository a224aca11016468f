#include <cnnpool/cnnpool.hpp>

#include <array>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../oracle.hpp"
#include "../random.hpp"

namespace cnnpool {

namespace {

/// sign(m) |m|^(1/p), m the mean of sign(x) |x|^p; without signs, what is negative counts as 0.
oracle::real merged(const std::vector<float>& x, oracle::real p, bool with_sign) {
  oracle::real s = 0;
  for (const float v : x) {
    const auto e = static_cast<oracle::real>(v);
    if (p == 1) s += e;
    else if (with_sign) s += std::copysign(std::pow(std::fabs(e), p), e);
    else s += std::pow(std::max(e, 0.0L), p);
  }
  s /= static_cast<oracle::real>(x.size());
  return p == 1 ? s : std::copysign(std::pow(std::fabs(s), 1 / p), s);
}

}  // namespace

TEST_CASE("the merge of scales, with and without signs") {
  constexpr index_t n = 3, d = 37;
  testing::random_numbers random(1);
  for (const index_t scales : {index_t{1}, index_t{2}, index_t{3}, index_t{9}}) {
    descriptors<float> rows(scales * n, d);
    for (float& v : rows.values()) v = static_cast<float>(random.uniform(-0.3, 0.7));
    for (const multi_scale& policy :
         {multi_scale{}, multi_scale{.p = 3}, multi_scale{.p = 2.5}, multi_scale{.p = 3, .signed_power = true},
          multi_scale{.p = 0.5, .signed_power = true}, multi_scale{.p = 80, .signed_power = true}}) {
      const auto r = pool(scales_of(rows, scales), policy);
      const auto exact = pool(reference{}, scales_of(rows, scales), policy);
      const auto unit = pool(scales_of(rows, scales), policy | l2{});
      REQUIRE((r.rows() == n && r.cols() == d));
      for (index_t i = 0; i < n; ++i) {
        double length = 0;
        for (index_t j = 0; j < d; ++j) {
          std::vector<float> x;
          for (index_t s = 0; s < scales; ++s) x.push_back(rows(s * n + i, j));
          const double expected =
              static_cast<double>(merged(x, static_cast<oracle::real>(policy.p), policy.signed_power));
          INFO(scales << " scales, p = " << policy.p << ", component " << j);
          // Terms of both signs may cancel, and the root makes a small difference large.
          const double margin = policy.signed_power ? 2e-3 : 1e-6;
          CHECK(static_cast<double>(r(i, j)) == Approx(expected).epsilon(2e-6).margin(margin));
          CHECK(exact(i, j) == Approx(expected).epsilon(1e-9).margin(1e-5));
          length += static_cast<double>(unit(i, j)) * static_cast<double>(unit(i, j));
        }
        CHECK(length == Approx(1).epsilon(1e-5));
      }
    }
  }
}
TEST_CASE("a list of batches, one per scale, is what scales_of reads") {
  std::vector<float> large(2 * 5 * 8 * 6), small(2 * 5 * 4 * 3);
  testing::random_numbers random(2);
  for (float& v : large) v = static_cast<float>(random.uniform(0, 1));
  for (float& v : small) v = static_cast<float>(random.uniform(0, 1));
  const std::array<feature_view<float>, 2> batches{
      feature_view<float>(large.data(), {.n = 2, .c = 5, .h = 8, .w = 6}, nchw),
      feature_view<float>(small.data(), {.n = 2, .c = 5, .h = 4, .w = 3}, nchw)};
  const auto rows = pool(batches, max());
  const auto merge = pool(scales_of(rows, 2), multi_scale{});
  const auto a = pool(batches[0], max()), b = pool(batches[1], max());
  for (index_t i = 0; i < 2; ++i)
    for (index_t j = 0; j < 5; ++j) CHECK(merge(i, j) == Approx((a(i, j) + b(i, j)) / 2));
}
TEST_CASE("values at the edges of the range, and misuse") {
  descriptors<float> rows(2, 4);
  const std::array<float, 4> first{1e-20f, 1e30f, HUGE_VALF, 0}, second{-1e-25f, -1e20f, 1, std::nanf("")};
  std::copy(first.begin(), first.end(), rows.row(0).begin());
  std::copy(second.begin(), second.end(), rows.row(1).begin());
  const auto r = pool(scales_of(rows, 2), multi_scale{.p = 3, .signed_power = true});
  CHECK(r(0, 0) == Approx(1e-20 * std::cbrt(0.5)).epsilon(1e-5));
  CHECK(r(0, 1) == Approx(1e30 * std::cbrt(0.5)).epsilon(1e-5));
  CHECK((r(0, 2) == HUGE_VALF && std::isnan(r(0, 3))));
  CHECK(sentence([&] { pool(scales_of(rows, 2), multi_scale{.p = 0}); }) ==
        "multi_scale: p is 0, expected a positive finite number");
  CHECK(sentence([&] { scales_of(rows, 3); }) == "scales_of: 2 rows are not 3 scales of as many rows each");
}

}  // namespace cnnpool
