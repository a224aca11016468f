#include "compare.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("one exponent per channel gives what each channel gives alone") {
  unsigned salt = 0;
  for (const cnnpool::shape& s : {cnnpool::shape{2, 20, 6, 5}, {1, 37, 7, 7}, {1, 9, 20, 17}}) {
    const case_data d = random_case(s, false, ++salt);
    std::vector<float> p(static_cast<std::size_t>(s.c));
    for (std::size_t c = 0; c < p.size(); ++c) p[c] = 1 + 0.25f * static_cast<float>(c % 13);
    on_every_layout(d, gem_per_channel{p}, [&](const descriptors<float>& r, cnnpool::index n) {
      for (cnnpool::index c = 0; c < s.c; ++c) {
        const auto expected = oracle::gem(d.images[static_cast<std::size_t>(n)], p[static_cast<std::size_t>(c)]);
        CHECK(r(n, c) == Approx(static_cast<double>(expected[static_cast<std::size_t>(c)])).epsilon(2e-6));
      }
    });
  }
}
TEST_CASE("wrong exponents are an error") {
  const std::vector<float> x(8, 1), two{1, 2}, negative{1, -1};
  const feature_view<float> v(x.data(), {.c = 2, .h = 2, .w = 2}, nchw);
  CHECK(sentence([&] { pool(v, gem_per_channel{std::span(x)}); }) ==
        "gem_per_channel: 8 exponents for 2 channels, expected one per channel");
  CHECK(sentence([&] { pool(v, gem_per_channel{negative}); }) ==
        "gem_per_channel: p of channel 1 is -1, expected a positive number");
}
