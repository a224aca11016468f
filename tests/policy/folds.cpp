#include "compare.hpp"

using namespace cnnpool;

TEST_CASE("sum is within k u SUM |x|") { agrees(sum{}, oracle::sum, 0, chain_bound, true); }
TEST_CASE("average is within the bound of the sum") {
  agrees(
      average{}, oracle::average, 1.2e-7,
      [](const oracle::map& m) {
        oracle::vec r = chain_bound(m);
        for (oracle::real& v : r) v /= static_cast<oracle::real>(m.h * m.w);
        return r;
      },
      true);
}
TEST_CASE("max is exact") { agrees(max{}, oracle::max, 0, nothing, true); }
TEST_CASE("relu is applied while reading") {
  agrees(
      relu{} | max{},
      [](const oracle::map& m) {
        oracle::vec r = oracle::max(m);
        for (oracle::real& v : r) v = std::max(v, oracle::real(0));
        return r;
      },
      0, nothing, true);
}
