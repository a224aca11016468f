#include <cnnpool/policy/gem.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
// 16 units in the last place.
oracle::row of_bytes(const oracle::map&, const oracle::row& e, oracle::real u) { return relative(e, 32 * u); }
oracle::row cubic_mean(const oracle::map& x) { return oracle::gem(x); }
}  // namespace

TEST_CASE("gem of p = 3 of bytes on every layout and count") {
  check_everywhere<std::int8_t, std::uint8_t>(backends(), gem{}, &cubic_mean, of_bytes);
}
TEST_CASE("gem_p<3> on every layout, count and type") {
  check_everywhere<float, double, float16, bfloat16, std::int8_t, std::uint8_t>(backends(), gem_p<3>{}, &cubic_mean,
                                                                                of_bytes);
}
