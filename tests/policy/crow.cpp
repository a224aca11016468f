// What the suite of the backends leaves open: the other exponents, both weights as results, the corner cases.
#include <cnnpool/policy/crow.hpp>
#include <cnnpool/pool.hpp>

#include "catch.hpp"
#include "errors.hpp"
#include "policy/maps.hpp"

using namespace cnnpool;

TEST_CASE("other exponents and the channel epsilon") {
  const random_map m(33, 7, 9, 1);
  const auto r = pool(m.view(), crow{.alpha = 1, .beta = 3, .channel_epsilon = 1e-6});
  const auto e = oracle::crow(m.expected, 1, 3, 1e-6L);
  for (std::size_t c = 0; c < 33; ++c)
    CHECK(r.row(0)[c] == Approx(static_cast<double>(e[c])).epsilon(1e-5).margin(1e-5));
}
TEST_CASE("both weights are results of their own") {
  const random_map m(20, 6, 5, 2);
  const auto spatial = pool(m.view(), crow_spatial_weights{}), channel = pool(m.view(), crow_channel_weights{});
  const auto es = oracle::crow_spatial_weights(m.expected), ec = oracle::crow_channel_weights(m.expected);
  REQUIRE((spatial.cols() == 30 && channel.cols() == 20));
  for (std::size_t i = 0; i < 30; ++i) CHECK(spatial.row(0)[i] == Approx(static_cast<double>(es[i])).epsilon(1e-5));
  for (std::size_t i = 0; i < 20; ++i) CHECK(channel.row(0)[i] == Approx(static_cast<double>(ec[i])).epsilon(1e-5));
}
TEST_CASE("a channel that has nearly all there is keeps its weight, however near 1 the ratio is") {
  const auto check = [](int c, int side, int positions_of_others, double beta, double epsilon) {
    oracle::map m(c, side, side);
    for (int i = 0; i < m.n(); ++i) m(0, i / side, i % side) = 2.5L;
    if (c > 1 && positions_of_others > 0) m(1, 0, 0) = 1;
    const std::vector<float> x(m.values.begin(), m.values.end());
    const feature_view<float> v(x.data(), {.c = c, .h = side, .w = side}, nchw);
    const auto r = pool(v, crow{.beta = beta, .channel_epsilon = epsilon});
    const auto weights = pool(v, crow_channel_weights{.channel_epsilon = epsilon});
    const oracle::row e = oracle::crow(m, 2, beta, epsilon), ew = oracle::crow_channel_weights(m, epsilon);
    const double tolerance = 1e-5 + 3e-10 * m.n();  // the sums over the positions, z's among them
    for (std::size_t k = 0; k < e.size(); ++k) {
      CHECK(r.row(0)[k] == Approx(static_cast<double>(e[k])).epsilon(tolerance).margin(0));
      CHECK(weights.row(0)[k] == Approx(static_cast<double>(ew[k])).epsilon(1e-5).margin(0));
    }
  };
  for (const double beta : {2., 0.25}) {  // in one reading of the map, and in two
    check(2, 100, 1, beta, 0);
    check(2, 1000, 1, beta, 0);
    for (const int c : {2, 5}) check(c, 8, 0, beta, 1e-6);
    check(64, 30, 1, beta, 1e-9);
  }
}
TEST_CASE("an all-zero and an all-negative map give the zero vector") {
  for (const float value : {0.f, -1.f}) {
    const std::vector<float> x(4 * 9, value);
    const auto r = pool(feature_view<float>(x.data(), {.c = 4, .h = 3, .w = 3}, nchw), crow{});
    for (const float v : r.row(0)) CHECK(v == 0);
  }
}
TEST_CASE("the sum over the channels does not overflow") {
  const std::vector<float> x(300 * 4, 1e37f);
  const auto r = pool(feature_view<float>(x.data(), {.c = 300, .h = 2, .w = 2}, nchw), crow_spatial_weights{});
  for (const float v : r.row(0)) CHECK(v == Approx(std::sqrt(0.5)));
}
TEST_CASE("exponents that are not positive are an error") {
  const float x[1] = {1};
  const feature_view<float> v(x, {}, nchw);
  CHECK(sentence([&] { pool(v, crow{.alpha = 0}); }) == "crow: alpha is 0 and beta is 2, expected positive numbers");
  CHECK(sentence([&] { pool(v, crow{.beta = HUGE_VAL}); }) ==
        "crow: alpha is 2 and beta is inf, expected finite numbers");
  CHECK(sentence([&] { pool(v, crow{.channel_epsilon = HUGE_VAL}); }) ==
        "crow: channel_epsilon is inf, expected a finite number");
  CHECK(sentence([&] { pool(v, crow_channel_weights{.channel_epsilon = -1}); }) ==
        "crow_channel_weights: channel_epsilon is -1, expected 0 or more");
}
