#include <cnnpool/compose.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
oracle::row three(const oracle::map& x) {
  return oracle::concat(oracle::concat(oracle::average(x), oracle::max(x)), oracle::gem(x));
}
oracle::row of_three(const oracle::map& x, const oracle::row& e, oracle::real u) {
  oracle::row r = relative(e, 32 * u);
  const oracle::row absolute = oracle::absolute_sum(x);
  for (std::size_t k = 0; k < absolute.size(); ++k) r[k] = absolute[k] * u * (x.n() + 2) / x.n();
  return r;
}
}  // namespace

TEST_CASE("three folds in one pass on every layout and count") {
  check_everywhere<float, bfloat16>(backends(), concat(average{}, cnnpool::max{}, gem{}), &three, of_three);
}
