#include "cases.hpp"

using namespace cnnpool;
using namespace properties;

TEST_CASE("the order of the channels is the order of the components") {
  each_case(11, [](auto& random) {
    const sample s = random_sample(random, 2);
    const auto order = random_order(random, s.shape.c);
    const sample t = permuted(s, [&](auto c, auto p) { return std::pair(order[static_cast<std::size_t>(c)], p); });
    const auto a = pool(s.view(), crow{} | l2{}), b = pool(t.view(), crow{} | l2{});
    for (index_t n = 0; n < a.rows(); ++n)
      for (index_t c = 0; c < a.cols(); ++c)
        REQUIRE(b(n, c) == Approx(a(n, order[static_cast<std::size_t>(c)])).margin(1e-5));
  });
}
TEST_CASE("a positive factor changes no L2-normalised descriptor") {
  each_case(12, [](auto& random) {
    const sample s = random_sample(random, 2);
    const sample t = scaled(s, 8);
    close(pool(s.view(), crow{} | l2{}), pool(t.view(), crow{} | l2{}), 1e-5);
    close(pool(s.view(), rmac{}), pool(t.view(), rmac{}), 1e-5);
    close(pool(s.view(), spoc{} | l2{}), pool(t.view(), spoc{} | l2{}), 1e-5);
  });
}
TEST_CASE("regional with one whole region is the policy") {
  each_case(13, [](auto& random) {
    const sample s = random_sample(random, 2, true);
    close(pool(s.view(), regional(average{} | l2{}, whole_map{})), pool(s.view(), average{} | l2{}), 1e-5);
  });
}
TEST_CASE("a region is the crop") {
  each_case(14, [](auto& random) {
    const sample s = random_sample(random, 2, true);
    const auto g = rmac_grid{}.regions(s.shape.h, s.shape.w);
    const auto all = pool_regions(s.view(), max(), rmac_grid{});
    const index_t k = random.between(0, static_cast<int>(g.size()) - 1);
    const auto one = pool(s.view().crop(g[k]), max());
    for (index_t n = 0; n < s.shape.n; ++n)
      for (index_t c = 0; c < s.shape.c; ++c) REQUIRE(all(n * g.size() + k, c) == one(n, c));
  });
}
TEST_CASE("layouts agree") {
  each_case(15, [](auto& random) {
    const sample s = random_sample(random, 2);
    const strides layout = random.between(0, 1) == 0 ? nhwc(s.shape) : channel_blocks(8)(s.shape);
    std::vector<float> memory(2 * 24 * 14 * 14 + 64);
    const auto x = s.view();
    for (index_t n = 0; n < s.shape.n; ++n)
      for (index_t c = 0; c < s.shape.c; ++c)
        for (index_t h = 0; h < s.shape.h; ++h)
          for (index_t w = 0; w < s.shape.w; ++w)
            memory[static_cast<std::size_t>(n * layout.n + layout.channel(c) + h * layout.h + w * layout.w)] =
                x(n, c, h, w);
    const feature_view<float> y(memory.data(), s.shape, layout);
    close(pool(x, crow{}), pool(y, crow{}), 1e-5);
    close(pool(x, rmac{}), pool(y, rmac{}), 1e-5);
  });
}
TEST_CASE("L2 is idempotent and gives length 1 or 0") {
  each_case(16, [](auto& random) {
    const sample s = random_sample(random, 2, true);
    const auto once = pool(s.view(), spoc{} | l2{}), twice = pool(s.view(), spoc{} | l2{} | l2{});
    close(once, twice, 1e-6);
    for (index_t n = 0; n < once.rows(); ++n) {
      double square = 0;
      for (const float v : once.row(n)) square += static_cast<double>(v) * static_cast<double>(v);
      REQUIRE((square == 0 || std::fabs(square - 1) < 1e-5));
    }
  });
}
TEST_CASE("SPoC does not see flips") {
  each_case(17, [](auto& random) {
    const sample s = random_sample(random, 1);
    const cnnpool::shape& e = s.shape;
    const feature_view<float> flipped(s.values.data() + (e.positions() - 1), e,
                                      strides{.n = 0, .c = e.positions(), .h = -e.w, .w = -1});
    close(pool(s.view(), spoc{}), pool(flipped, spoc{}), 1e-5);
  });
}
TEST_CASE("CroW's spatial weights: their 2b-th powers sum to 1, or all are zero") {
  each_case(18, [](auto& random) {
    const sample s = random_sample(random, 2);
    const auto w = pool(s.view(), crow_spatial_weights{});
    for (index_t n = 0; n < w.rows(); ++n) {
      double total = 0;
      for (const float v : w.row(n)) total += std::pow(static_cast<double>(v), 4);
      REQUIRE((total == 0 || std::fabs(total - 1) < 1e-5));
    }
  });
}
TEST_CASE("CroW does not see the order of the positions") {
  each_case(19, [](auto& random) {
    const sample s = random_sample(random, 1);
    const auto order = random_order(random, s.shape.positions());
    const sample t = permuted(s, [&](auto c, auto p) { return std::pair(c, order[static_cast<std::size_t>(p)]); });
    close(pool(s.view(), crow{}), pool(t.view(), crow{}), 1e-5);
  });
}
TEST_CASE("chains associate") {
  each_case(20, [](auto& random) {
    const sample s = random_sample(random, 2, true);
    const auto a = pool(s.view(), (rmac{} | power{}) | l2{}), b = pool(s.view(), rmac{} | (power{} | l2{}));
    for (std::size_t i = 0; i < a.values().size(); ++i) REQUIRE(a.data()[i] == b.data()[i]);
  });
}
