#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/sum.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
// The contract of sum.hpp, and one rounding per element for the product of a quantised one.
oracle::row of_sum(const oracle::map& x, const oracle::row&, oracle::real u) {
  oracle::row r = oracle::absolute_sum(x);
  for (oracle::real& v : r) v *= u * (x.n() + 1);
  return r;
}
}  // namespace

TEST_CASE("sum on every layout, count and type") {
  check_everywhere<float, double, float16, bfloat16, std::int8_t, std::uint8_t>(backends(), sum{}, &oracle::sum,
                                                                                &of_sum);
}

TEST_CASE("average") {
  const auto of_average = [](const oracle::map& x, const oracle::row& e, oracle::real u) {
    oracle::row r = of_sum(x, e, u);
    for (std::size_t k = 0; k < r.size(); ++k) r[k] = r[k] / x.n() + std::fabs(e[k]) * u;
    return r;
  };
  check_everywhere<float>(backends(), average{}, &oracle::average, of_average);
}
