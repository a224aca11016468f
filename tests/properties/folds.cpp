#include "cases.hpp"

using namespace cnnpool;
using namespace properties;

TEST_CASE("the order of the positions does not matter to folds") {
  each_case(1, [](auto& random) {
    const sample s = random_sample(random);
    const auto order = random_order(random, s.shape.positions());
    const sample t = permuted(s, [&](auto c, auto p) { return std::pair(c, order[static_cast<std::size_t>(p)]); });
    const auto policy = concat(sum{}, max(), gem{}, nonzero{});
    close(pool(s.view(), policy), pool(t.view(), policy), 1e-5);
  });
}
TEST_CASE("average times N is the sum") {
  each_case(2, [](auto& random) {
    const sample s = random_sample(random, 2, true);
    close(pool(s.view(), average{} | scale{static_cast<double>(s.shape.positions())}), pool(s.view(), sum{}), 1e-5);
  });
}
TEST_CASE("average <= GeM <= max, and GeM approaches max as p grows") {
  each_case(3, [](auto& random) {
    const sample s = random_sample(random);
    const auto a = pool(s.view(), average{}), g = pool(s.view(), gem{}), m = pool(s.view(), max());
    const auto large = pool(s.view(), gem{.p = 150});
    for (std::size_t i = 0; i < a.values().size(); ++i) {
      REQUIRE(a.data()[i] <= g.data()[i] * 1.00001f + 2e-6f);
      REQUIRE(g.data()[i] <= m.data()[i] * 1.00001f + 2e-6f);
      REQUIRE(large.data()[i] >= 0.96f * m.data()[i]);
    }
  });
}
TEST_CASE("a batch is its images") {
  each_case(4, [](auto& random) {
    const sample s = random_sample(random, 4, true);
    const auto policy = concat(sum{}, max());
    const auto all = pool(s.view(), policy);
    for (index_t n = 0; n < s.shape.n; ++n) {
      const auto one = pool(s.view().images(n, 1), policy);
      for (index_t j = 0; j < all.cols(); ++j) REQUIRE(all(n, j) == one(0, j));
    }
  });
}
TEST_CASE("concat is its parts, weights are factors") {
  each_case(5, [](auto& random) {
    const sample s = random_sample(random, 2, true);
    const auto all = pool(s.view(), concat(sum{}, max() | l2{} | scale{0.5}, average{}));
    const auto a = pool(s.view(), sum{}), b = pool(s.view(), max() | l2{}), c = pool(s.view(), average{});
    const index_t d = a.cols();
    for (index_t i = 0; i < a.rows(); ++i)
      for (index_t j = 0; j < d; ++j) {
        REQUIRE(all(i, j) == Approx(a(i, j)).epsilon(1e-5).margin(1e-4));
        REQUIRE(all(i, d + j) == Approx(0.5 * static_cast<double>(b(i, j))).margin(1e-6));
        REQUIRE(all(i, 2 * d + j) == Approx(c(i, j)).epsilon(1e-5).margin(1e-5));
      }
  });
}
TEST_CASE("relu while reading is the policy on rectified activations") {
  each_case(6, [](auto& random) {
    const sample s = random_sample(random, 2, true);
    sample t = s;
    for (float& v : t.values) v = std::max(v, 0.f);
    const auto a = pool(s.view(), relu{} | max()), b = pool(t.view(), max());
    for (std::size_t i = 0; i < a.values().size(); ++i) REQUIRE(a.data()[i] == b.data()[i]);
  });
}
TEST_CASE("repeating a map by a stride of zero repeats the descriptor") {
  each_case(7, [](auto& random) {
    const sample s = random_sample(random, 1, true);
    strides st = nchw(s.shape);
    st.n = 0;
    cnnpool::shape e = s.shape;
    e.n = 3;
    const auto r = pool(feature_view<float>(s.values.data(), e, st), max()), one = pool(s.view(), max());
    for (index_t n = 0; n < 3; ++n)
      for (index_t j = 0; j < e.c; ++j) REQUIRE(r(n, j) == one(0, j));
  });
}
