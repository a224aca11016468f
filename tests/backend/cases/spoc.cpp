#include <cnnpool/policy/spoc.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

TEST_CASE("spoc on every layout, count and type") {
  // exp gives 4 units in the last place of a weight of at most 1, and its argument is rounded four times.
  const auto allow = [](const oracle::map& x, const oracle::row&, oracle::real u) {
    oracle::map size = x;
    for (oracle::real& v : size.values) v = std::fabs(v);
    return relative(oracle::spoc(size), u * (x.n() + 64));
  };
  check_everywhere<float, double, float16, std::uint8_t>(backends(), spoc{}, &oracle::spoc, allow);
}
