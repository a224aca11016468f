#include <cnnpool/policy/gem.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
// 16 units in the last place.
oracle::row of_gem3(const oracle::map&, const oracle::row& e, oracle::real u) { return relative(e, 32 * u); }
}  // namespace

TEST_CASE("gem of p = 3 on every layout, count and type of floats") {
  check_everywhere<float, double, float16, bfloat16>(
      backends(), gem{}, [](const oracle::map& x) { return oracle::gem(x); }, of_gem3);
}
