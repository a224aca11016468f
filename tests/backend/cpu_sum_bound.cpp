// The error bound of sum.hpp on the data that comes closest to it: a large number, then numbers that are each rounded
// away.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/sum.hpp>

#include "suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {

/// Large at every `period`-th position from `phase`, an ulp's half elsewhere.
oracle::real units_of_error(const index_t c, const index_t n, const layout_case& layout, int large,
                            bool with_max) {
  int i = 0;
  const placed<float> x({1, c, 1, n}, layout, 0, [&] { return i++ < large ? 1.0 : 0x1p-24; });
  const auto worst = [&](const auto& d) {
    oracle::real most = 0;
    const oracle::row exact = oracle::sum(x.images[0]);
    for (index_t k = 0; k < c; ++k)
      most =
          std::max(most, std::fabs(static_cast<oracle::real>(d(0, k)) - exact[array_size(k)]) / exact[array_size(k)]);
    return most * 0x1p24L;
  };
  return with_max ? worst(pool(x.view, concat(sum{}, cnnpool::max()))) : worst(pool(x.view, sum{}));
}

}  // namespace

TEST_CASE("along rows") {
  for (const index_t n : {8, 49, 128, 129, 1024, 4096})
    for (const int large : {1, 8, 16, 32, 64})
      for (const bool with_max : {false, true}) {
        const oracle::real k = n <= 128 ? n / 8 + 3 : with_max ? n / 16 + 5 : n / 64 + 7;
        INFO(n << " elements, " << large << " large, with max " << with_max);
        CHECK(units_of_error(1, n, layouts()[0], large, with_max) <= k);
      }
  // It is reached to a factor of two: not a bound that anything would keep.
  CHECK(units_of_error(1, 128, layouts()[0], 8, false) > 10);
}
TEST_CASE("across rows of memory") {
  for (const index_t n : {8, 64, 65, 1024, 4096})
    for (const int large : {1, 2}) {
      INFO(n << " elements, " << large << " large");
      CHECK(units_of_error(20, n, layouts()[3], large, false) <= n / 64 + 65);
    }
  CHECK(units_of_error(20, 64, layouts()[3], 1, false) > 32);
}
TEST_CASE("beside a gem that is computed again because its powers overflow") {
  for (const index_t n : {8, 49, 128, 129, 1024, 4096}) {
    int i = 0;
    const placed<float> x({1, 1, 1, n}, layouts()[0], 0, [&] { return i++ < 1 ? 0x1p80 : 0x1p56; });
    const auto d = pool(x.view, concat(sum{}, gem{}));
    const oracle::real exact = oracle::sum(x.images[0])[0];
    INFO(n << " elements");
    CHECK(std::fabs(static_cast<oracle::real>(d(0, 0)) - exact) / exact * 0x1p24L <=
          (n <= 128 ? n / 8 + 3 : n / 16 + 5));
    CHECK(std::isfinite(d(0, 1)));
  }
}
