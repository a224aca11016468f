#include <cnnpool/policy/crow.hpp>
#include <cnnpool/policy/relu.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
// 1e-5 of the sum of absolute terms: with both signs in a channel its terms may cancel. A position whose channels
// cancel has a weight that is the root of a rounding error, so the tolerance has a part that is absolute too.
oracle::row of_crow(const oracle::map& x, const oracle::row&, oracle::real u) {
  const oracle::row absolute = oracle::absolute_sum(x), weights = oracle::crow_channel_weights(x);
  oracle::row r;
  for (std::size_t k = 0; k < absolute.size(); ++k)
    r.push_back(absolute[k] * (1 + weights[k]) * (u > 1e-10L ? 1e-5L : 1e-13L));
  return r;
}
oracle::row rectified(const oracle::map& x) { return oracle::crow(oracle::relu(x)); }
}  // namespace

TEST_CASE("crow on every layout, count and type") {
  check_everywhere<float, double, float16>(backends(), relu{} | crow{}, &rectified, of_crow);
}
