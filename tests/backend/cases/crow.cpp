#include <cnnpool/policy/crow.hpp>
#include <cnnpool/policy/relu.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
// 1e-5 of the sum of absolute terms: with both signs in a channel its terms may cancel. A position whose channels
// cancel has a weight that is the root of a rounding error, so the tolerance has a part that is absolute too.
oracle::row of_crow(const oracle::map& x, const oracle::row&, oracle::real u) {
  const oracle::row absolute = oracle::absolute_sum(x), weights = oracle::crow_channel_weights(x);
  oracle::row r;
  for (std::size_t k = 0; k < absolute.size(); ++k)
    r.push_back(absolute[k] * (1 + weights[k]) * (u > 1e-10L ? 1e-5L : 1e-13L));
  return r;
}
oracle::row rectified(const oracle::map& x) { return oracle::crow(oracle::relu(x)); }

/// No number is negative: 1e-5 of the result.
oracle::row of_positive(const oracle::map&, const oracle::row& expected, oracle::real u) {
  return relative(expected, u > 1e-10L ? 1e-5L : 1e-13L);
}
/// Numbers that grow by `growth` from the first position of a map to the last, a quarter of them zeros.
template <class T>
void check_growing(const shape& s, double first, double growth, const crow& policy, expectation expect) {
  random_numbers r;
  for (const char* name : {"nhwc", "nhwc, pixels padded by 3", "nchw"})
    for (const layout_case& layout : layouts()) {
      if (std::string(layout.name) != name) continue;
      index_t count = 0;
      const placed<T> x(s, layout, static_cast<int>(s.c % 3), [&] {
        const auto place = static_cast<double>(count++ % s.positions()) / static_cast<double>(s.positions());
        return r.between(0, 3) == 0 ? 0.0 : first * std::pow(growth, place) * r.uniform(0.5, 2);
      });
      check_on(x, backends(), policy, expect, of_positive);
    }
}
oracle::row plain(const oracle::map& x) { return oracle::crow(x); }
}  // namespace

TEST_CASE("crow on every layout, count and type") {
  check_everywhere<float, double, float16>(backends(), relu{} | crow{}, &rectified, of_crow);
}

// One reading keeps the weights relative to the largest so far; long images are taken in slices.
TEST_CASE("crow where the weights grow by all the range there is") {
  check_growing<float>({2, 37, 9, 10}, 1, 1, crow{}, &plain);
  check_growing<float>({2, 37, 9, 10}, 1e-30, 1e60, crow{}, &plain);
  check_growing<float>({2, 37, 9, 10}, 1e30, 1e-60, crow{}, &plain);
  check_growing<float>({1, 20, 3, 3}, 1e-37, 1e3, crow{}, &plain);
  check_growing<float>({1, 20, 3, 3}, 1e35, 10, crow{}, &plain);
  check_growing<float16>({3, 64, 7, 7}, 1e-3, 1e6, crow{}, &plain);
  if constexpr (!sanitized) check_growing<double>({2, 37, 9, 10}, 1e-200, 1e300, crow{}, &plain);
}
TEST_CASE("crow of many channels and of many positions") {
  check_growing<float>({2, 1100, 16, 17}, 1, 100, crow{}, &plain);
  check_growing<float>({1, 130, 60, 70}, 1, 1e6, crow{}, &plain);
  check_growing<float>({1, 2050, 3, 5}, 1, 100, crow{}, &plain);
  check_growing<float>({1, 4096, 3, 3}, 1, 100, crow{}, &plain);
  check_growing<float>({1, 4097, 3, 3}, 1, 100, crow{}, &plain);
  check_growing<float16>({1, 1025, 17, 33}, 1, 100, crow{}, &plain);
  check_growing<float16>({70, 8, 1, 1}, 1, 100, crow{}, &plain);
}
TEST_CASE("crow of other exponents, up to squared weights") {
  const shape s{2, 33, 6, 9};
  check_growing<float>(s, 1, 1e4, crow{.alpha = 1, .beta = 1},
                       [](const oracle::map& x) { return oracle::crow(x, 1, 1); });
  check_growing<float>(s, 1, 1e4, crow{.alpha = 3, .beta = 0.5},
                       [](const oracle::map& x) { return oracle::crow(x, 3, 0.5L); });
  check_growing<float>(s, 1, 1e4, crow{.beta = 0.25}, [](const oracle::map& x) { return oracle::crow(x, 2, 0.25L); });
  check_growing<float>(s, 1, 1e4, crow{.beta = 3}, [](const oracle::map& x) { return oracle::crow(x, 2, 3); });
}
TEST_CASE("crow gives a batch the bits of its images") {
  random_numbers r;
  const placed<float> x({3, 1100, 16, 17}, layouts()[3], 0, signed_values(r));
  for (const auto& b : backends()) {
    const auto batch = pooled(b, x.view, x.memory, crow{});
    for (index_t n = 0; n < 3; ++n) {
      const auto alone = pooled(b, x.view.images(n, 1), x.memory, crow{});
      for (index_t i = 0; i < alone.cols(); ++i) REQUIRE(batch(n, i) == alone(0, i));
    }
  }
}
