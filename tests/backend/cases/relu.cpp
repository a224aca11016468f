#include <cnnpool/compose.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/relu.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
oracle::row rectified_three(const oracle::map& x) {
  const oracle::map r = oracle::relu(x);
  return oracle::concat(oracle::concat(oracle::average(r), oracle::max(r)), oracle::gem(r));
}
/// Of the map as it is: its sum of magnitudes is no smaller than that of the rectified one.
oracle::row of_rectified(const oracle::map& x, const oracle::row& e, oracle::real u) {
  oracle::row r = relative(e, 32 * u);
  const oracle::row absolute = oracle::absolute_sum(x);
  for (std::size_t k = 0; k < absolute.size(); ++k) r[k] = absolute[k] * u * (x.n() + 2) / x.n();
  return r;
}
}  // namespace

TEST_CASE("three folds in one pass behind relu") {
  check_everywhere<float, std::int8_t>(backends(), relu{} | concat(average{}, cnnpool::max{}, gem{}), &rectified_three,
                                       of_rectified);
}
