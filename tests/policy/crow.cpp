#include "compare.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("CroW") {
  agrees(
      crow{}, [](const oracle::map& m) { return oracle::crow(m); }, 1e-5, nothing, false);
}
TEST_CASE("CroW with other exponents and the channel epsilon") {
  agrees(
      crow{.a = 1, .b = 3, .channel_epsilon = 1e-6}, [](const oracle::map& m) { return oracle::crow(m, 1, 3, 1e-6L); },
      1e-5, [](const oracle::map& m) { return oracle::vec(m.c, 1e-5L); }, false);
}
TEST_CASE("both weights are results of their own") {
  const case_data d = random_case({1, 20, 6, 5}, false, 1);
  const feature_view<float> x(d.values.data(), d.shape, nchw);
  const auto spatial = pool(x, crow_spatial_weights{}), channel = pool(x, crow_channel_weights{});
  const auto es = oracle::crow_spatial(d.images[0]), ec = oracle::crow_channel(d.images[0]);
  REQUIRE((spatial.cols() == 30 && channel.cols() == 20));
  for (std::size_t i = 0; i < 30; ++i) CHECK(spatial.row(0)[i] == Approx(static_cast<double>(es[i])).epsilon(1e-5));
  for (std::size_t i = 0; i < 20; ++i) CHECK(channel.row(0)[i] == Approx(static_cast<double>(ec[i])).epsilon(1e-5));
}
TEST_CASE("an all-zero and an all-negative map give the zero vector") {
  for (const float value : {0.f, -1.f}) {
    const std::vector<float> x(4 * 9, value);
    const auto r = pool(feature_view<float>(x.data(), {.c = 4, .h = 3, .w = 3}, nchw), crow{});
    for (const float v : r.row(0)) CHECK(v == 0);
  }
}
TEST_CASE("nothing overflows") {
  const std::vector<float> x(300 * 4, 1e37f);
  const auto r = pool(feature_view<float>(x.data(), {.c = 300, .h = 2, .w = 2}, nchw), crow_spatial_weights{});
  for (const float v : r.row(0)) CHECK(v == Approx(std::sqrt(0.5)));
}
TEST_CASE("exponents that are not positive are an error") {
  const float x[1] = {1};
  CHECK(sentence([&] { pool(feature_view<float>(x, {}, nchw), crow{.a = 0}); }) ==
        "crow: a is 0 and b is 2, expected positive numbers");
}
