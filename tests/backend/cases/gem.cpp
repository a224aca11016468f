#include <cnnpool/policy/gem.hpp>

#include "../tolerances.hpp"

using namespace testing;
using namespace cnnpool;

TEST_CASE("gem of p = 3 on every layout, count and type of floats") {
  check_everywhere<float, double, float16, bfloat16>(
      backends(), gem{}, [](const oracle::map& x) { return oracle::gem(x); }, of_gem3);
}
