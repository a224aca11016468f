// gem_p<P> is gem{.p = P}, to the bit; beside other folds gem is what it is alone, for every kind of p.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/sum.hpp>
#include <cnnpool/pool.hpp>

#include "../catch.hpp"
#include "../placed.hpp"

using namespace cnnpool;

namespace {

template <class F>
void on_maps(const F& f) {
  testing::random_numbers r;
  for (const testing::layout_case& layout : testing::layouts())
    for (const shape s : {shape{2, 19, 7, 7}, shape{1, 75, 3, 5}, shape{1, 9, 14, 21}}) {
      const testing::placed<float> x(s, layout, 1, testing::signed_values(r));
      for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
        INFO(x.text << " " << to_string(level));
        f(cpu{.target = level}, x.view);
      }
    }
}

/// b beside other folds is a from `column` on; with fewer elements in flight long rows add up in another order.
bool same_row(const descriptors<float>& a, index_t column, const descriptors<float>& b, float tolerance = 0) {
  for (index_t n = 0; n < b.rows(); ++n)
    for (index_t c = 0; c < b.cols(); ++c)
      if (!(std::fabs(a(n, column + c) - b(n, c)) <= tolerance * b(n, c))) return false;
  return true;
}

template <int P>
void check_exponent() {
  on_maps([](const cpu& backend, const feature_view<float>& x) {
    for (const gem_floor floor : {gem_floor::clamp, gem_floor::on_sum, gem_floor::none}) {
      INFO("p = " << P << ", floor " << static_cast<int>(floor));
      CHECK(same_row(pool(backend, x, gem_p<P>{.floor = floor}), 0,
                     pool(backend, x, gem{.p = P, .floor = floor})));
    }
  });
}

}  // namespace

TEST_CASE("the exponent in the type") {
  check_exponent<1>();
  check_exponent<2>();
  check_exponent<3>();
  check_exponent<4>();
  check_exponent<8>();
}

TEST_CASE("one fold for every p, beside others") {
  on_maps([](const cpu& backend, const feature_view<float>& x) {
    for (const double p : {1., 2., 3., 2.7, 5., HUGE_VAL}) {
      INFO("p = " << p);
      const auto alone = pool(backend, x, gem{.p = p}), both = pool(backend, x, concat(cnnpool::sum{}, gem{.p = p}));
      CHECK(same_row(both, x.extents().c, alone, x.extents().positions() > 128 ? 2e-6f : 0));
    }
  });
}

TEST_CASE("names and errors of gem_p") {
  const float v[] = {1, 2, 3, 4};
  const feature_view<float> x(v, {.c = 1, .h = 2, .w = 2}, nchw);
  CHECK_THROWS_WITH(pool(x, gem_p<3>{.eps = -1}), Catch::Contains("eps is -1, expected a number from 0 to 1e30"));
  CHECK(pool(x, gem_p<1>{})(0, 0) == 2.5f);
}
