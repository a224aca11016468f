#include <cnnpool/policy/max.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

TEST_CASE("max is exact on every layout, count and type") {
  const auto exact = [](const oracle::map&, const oracle::row& e, oracle::real) { return oracle::row(e.size(), 0); };
  check_everywhere<float, double, float16, bfloat16, std::int8_t, std::uint8_t>(backends(), cnnpool::max(),
                                                                                &oracle::max, exact);
}
