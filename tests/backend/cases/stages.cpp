// Stages, weights that are results of their own, and compositions, against the oracle.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/crow.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/nonzero.hpp>
#include <cnnpool/policy/regional.hpp>
#include <cnnpool/policy/relu.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/post/l2.hpp>
#include <cnnpool/post/power.hpp>
#include <cnnpool/post/scale.hpp>
#include <cnnpool/post/truncation.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {

oracle::row exact(const oracle::map&, const oracle::row& e, oracle::real) { return oracle::row(e.size(), 0); }
/// Of components of at most 1: a few roundings of each, and N of a mean.
oracle::row of_units(const oracle::map& x, const oracle::row& e, oracle::real u) {
  return oracle::row(e.size(), u * (64 + x.n()));
}
oracle::row first_component(oracle::row v) {
  v.resize(1);
  return v;
}
oracle::row scaled(oracle::row v, oracle::real factor) {
  for (oracle::real& x : v) x *= factor;
  return v;
}

}  // namespace

TEST_CASE("a chain of max, l2, power, l2") {
  check_everywhere<float, double, std::uint8_t>(
      backends(), cnnpool::max() | l2{} | power{} | l2{},
      [](const oracle::map& x) { return oracle::l2(oracle::power(oracle::l2(oracle::max(x)))); }, of_units);
}
TEST_CASE("power of another exponent, scale, truncation") {
  check_everywhere<float>(
      backends(), relu{} | cnnpool::max() | scale{0.125} | power{.alpha = 0.3},
      [](const oracle::map& x) { return oracle::power(scaled(oracle::max(oracle::relu(x)), 0.125L), 0.3L); },
      [](const oracle::map&, const oracle::row& e, oracle::real) { return relative(e, 2e-6L); });
  check_everywhere<float, float16>(
      backends(), cnnpool::max() | truncation{.dimensions = 1},
      [](const oracle::map& x) { return first_component(oracle::max(x)); }, exact);
}
TEST_CASE("nonzero is a count over N") {
  check_everywhere<float, std::int8_t>(backends(), nonzero{}, &oracle::nonzero,
                                       [](const oracle::map&, const oracle::row& e, oracle::real u) {
                                         return relative(e, 2 * u);
                                       });
}
TEST_CASE("crow's weights") {
  check_everywhere<float>(
      backends(), relu{} | crow_channel_weights{},
      [](const oracle::map& x) { return oracle::crow_channel_weights(oracle::relu(x)); },
      [](const oracle::map&, const oracle::row& e, oracle::real u) {
        return oracle::row(e.size(), u > 1e-10L ? 1e-5L : 1e-13L);
      });
  check_everywhere<float>(
      backends(), relu{} | crow_spatial_weights{},
      [](const oracle::map& x) { return oracle::crow_spatial_weights(oracle::relu(x)); },
      [](const oracle::map&, const oracle::row& e, oracle::real u) {
        return oracle::row(e.size(), u > 1e-10L ? 1e-5L : 1e-13L);
      });
}
TEST_CASE("regional of a chain, and a part of concat that is no fold") {
  check_everywhere<float>(
      backends(), relu{} | regional(average{} | l2{}, rmac_grid{}),
      [](const oracle::map& x) {
        oracle::row total;
        const oracle::map y = oracle::relu(x);
        for (const oracle::box& b : oracle::rmac_boxes(y.h, y.w)) {
          const oracle::row one = oracle::l2(oracle::average(y.crop(b.i0, b.j0, b.side, b.side)));
          total = total.empty() ? one : oracle::plus(total, one);
        }
        return total;
      },
      [](const oracle::map& x, const oracle::row& e, oracle::real u) {
        return oracle::row(e.size(), u * 64 * (64 + x.n()));
      });
}
TEST_CASE("the same bits every time") {
  random_numbers r;
  for (const layout_case& layout : layouts()) {
    const placed<float> x({3, 33, 13, 11}, layout, 1, signed_values(r));
    for (const auto& b : backends()) {
      const auto policy = concat(cnnpool::sum{}, gem{}, relu{} | crow{}, rmac{}) | l2{};
      const auto once = pooled(b, x.view, x.memory, policy);
      for (int i = 0; i < 3; ++i) {
        const auto again = pooled(b, x.view, x.memory, policy);
        INFO(x.text);
        CHECK(std::memcmp(once.data(), again.data(), once.values().size() * sizeof(*once.data())) == 0);
      }
    }
  }
}
