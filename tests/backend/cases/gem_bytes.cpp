#include <cnnpool/policy/gem.hpp>

#include "../tolerances.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
oracle::row cubic_mean(const oracle::map& x) { return oracle::gem(x); }
}  // namespace

TEST_CASE("gem of p = 3 of bytes on every layout and count") {
  check_everywhere<std::int8_t, std::uint8_t>(backends(), gem{}, &cubic_mean, of_gem3);
}
TEST_CASE("gem_p<3> on every layout, count and type") {
  check_everywhere<float, double, float16, bfloat16, std::int8_t, std::uint8_t>(backends(), gem_p<3>{}, &cubic_mean,
                                                                                of_gem3);
}
