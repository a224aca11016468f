#include <cnnpool/compose.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>

#include "../tolerances.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
oracle::row three(const oracle::map& x) {
  return oracle::concat(oracle::concat(oracle::average(x), oracle::max(x)), oracle::gem(x));
}
}  // namespace

TEST_CASE("three folds in one pass on every layout and count") {
  check_everywhere<float, bfloat16>(backends(), concat(average{}, cnnpool::max(), gem{}), &three, of_three);
}
