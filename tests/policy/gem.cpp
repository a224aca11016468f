#include "compare.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("GeM with p = 3 is within 16 units in the last place") {
  agrees(
      gem{}, [](const oracle::map& m) { return oracle::gem(m, 3); }, 16 * 6e-8, nothing, true);
}
TEST_CASE("GeM with any p is within 1e-6") {
  agrees(
      gem{.p = 2.7}, [](const oracle::map& m) { return oracle::gem(m, 2.7L); }, 1e-6, nothing, false);
}
TEST_CASE("floor on the sum, whole p, p = 1") {
  agrees(
      gem{.p = 4, .floor = gem_floor::on_sum}, [](const oracle::map& m) { return oracle::gem_on_sum(m, 4); }, 1e-6,
      nothing, false);
}

namespace {
float gem_of(const std::vector<float>& x, const gem& policy) {
  return pool(feature_view<float>(x.data(), {.w = static_cast<cnnpool::index>(x.size())}, nchw), policy)(0, 0);
}
}  // namespace

TEST_CASE("whatever is representable is finite and accurate") {
  CHECK(gem_of({1e8f, 1e8f, 1e8f}, {.p = 6}) == Approx(1e8f).epsilon(1e-6));
  CHECK(gem_of({1e30f, 0, 0, 0, 0, 0, 0, 0}, {.p = 3}) == Approx(5e29f).epsilon(1e-6));
  CHECK(gem_of({20, 10, 5}, {.p = 50}) == Approx(20 * std::pow((1 + std::pow(2., -50)) / 3, 0.02)).epsilon(2e-6));
  CHECK(gem_of({1e-20f, 1e-20f}, {.p = 3, .floor = gem_floor::none}) == Approx(1e-20f).epsilon(1e-6));
  CHECK(gem_of(std::vector<float>(100, 0), {.p = 3, .floor = gem_floor::none}) == 0);
  CHECK(gem_of(std::vector<float>(99, 0), {.p = 3}) == Approx(1e-6f).epsilon(1e-6));
  CHECK(gem_of(std::vector<float>(99, 0), {.p = 3, .floor = gem_floor::on_sum}) == Approx(2.16e-3).epsilon(0.01));
  CHECK(gem_of({3, 7, 5}, {.p = std::numeric_limits<double>::infinity()}) == 7);
  const std::vector<float16> half(49, to_float16(100));
  CHECK(pool(feature_view<float16>(half.data(), {.h = 7, .w = 7}, nchw), gem{})(0, 0) == Approx(100).epsilon(1e-6));
}

TEST_CASE("p that is not positive is an error") {
  const std::vector<float> x(4, 1);
  CHECK(sentence([&] { gem_of(x, {.p = 0}); }) == "gem: p is 0, expected a positive number");
  CHECK(sentence([&] { gem_of(x, {.p = -2.5}); }) == "gem: p is -2.5, expected a positive number");
  CHECK(sentence([&] { gem_of(x, {.p = std::nan("")}); }).find("expected a positive number") != std::string::npos);
}
