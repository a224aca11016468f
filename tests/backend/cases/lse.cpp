#include <cnnpool/policy/lse.hpp>

#include <cmath>

#include "../tolerances.hpp"

using namespace testing;
using namespace cnnpool;

namespace of_lse {
oracle::row expected(const oracle::map& x) {
  return oracle::each_channel(x, [&](int k) {
    oracle::real largest = x.at(k, 0), sum = 0;
    for (int i = 0; i < x.n(); ++i) largest = std::max(largest, x.at(k, i));
    for (int i = 0; i < x.n(); ++i) sum += std::exp(10 * (x.at(k, i) - largest));
    return largest + std::log(sum / x.n()) / 10;
  });
}
/// 8 u of the largest absolute value, plus (N/4 + 8) u / r; the sum of the absolute values is no smaller.
oracle::row bound(const oracle::map& x, const oracle::row& e, oracle::real u) {
  oracle::row r = oracle::absolute_sum(x);
  for (std::size_t k = 0; k < e.size(); ++k) r[k] = 8 * u * r[k] + (oracle::real(x.n()) / 4 + 8) * u / 10;
  return r;
}
}  // namespace of_lse

TEST_CASE("log-sum-exp on every layout, count and type of floats") {
  check_everywhere<float, double, float16, bfloat16>(backends(), lse{}, &of_lse::expected, &of_lse::bound);
}
