// The reference backend against the oracle: what everything else is compared to is right.
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/pooling.hpp>

#include "suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
const std::vector<reference> one{{}};
oracle::row in_double(const oracle::map&, const oracle::row& e, oracle::real) {
  oracle::row r = relative(e, 1e-12L);
  for (oracle::real& v : r) v += 1e-12L;
  return r;
}
oracle::row exact(const oracle::map&, const oracle::row& e, oracle::real) { return oracle::row(e.size(), 0); }
}  // namespace

TEST_CASE("folds") {
  check_everywhere<float, double, float16, bfloat16>(one, cnnpool::sum{}, &oracle::sum, in_double);
  check_everywhere<float, std::int8_t, std::uint8_t>(one, cnnpool::max{}, &oracle::max, exact);
  check_everywhere<float>(
      one, gem{}, [](const oracle::map& x) { return oracle::gem(x); }, in_double);
  check_everywhere<float>(
      one, gem{.p = 2.7}, [](const oracle::map& x) { return oracle::gem(x, 2.7L); }, in_double);
}
TEST_CASE("weights and regions") {
  check_everywhere<float>(one, spoc{}, &oracle::spoc, in_double);
  check_everywhere<float>(
      one, relu{} | crow{}, [](const oracle::map& x) { return oracle::crow(oracle::relu(x)); }, in_double);
  check_everywhere<float>(
      one, relu{} | rmac{}, [](const oracle::map& x) { return oracle::rmac(oracle::relu(x)); }, in_double);
}
