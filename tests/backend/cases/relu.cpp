#include <cnnpool/compose.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/relu.hpp>

#include "../tolerances.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
oracle::row rectified_three(const oracle::map& x) {
  const oracle::map r = oracle::relu(x);
  return oracle::concat(oracle::concat(oracle::average(r), oracle::max(r)), oracle::gem(r));
}
}  // namespace

TEST_CASE("three folds in one pass behind relu") {
  check_everywhere<float, std::int8_t>(backends(), relu{} | concat(average{}, cnnpool::max(), gem{}), &rectified_three,
                                       of_three);
}
