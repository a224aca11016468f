#include <cnnpool/policy/relu.hpp>
#include <cnnpool/policy/rmac.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
// Regional vectors of both signs may cancel, and the last L2 would then make a unit vector of rounding errors: relu.
oracle::row sum_of_regions(const oracle::map& signed_x) { return oracle::rmac(oracle::relu(signed_x)); }
oracle::row blog(const oracle::map& x) {
  return oracle::rmac(
      x, {.concat = true, .global_first = true, .regions_l2 = false, .halves_l2 = false, .final_l2 = false});
}
// Components of a unit vector, each the sum of up to 50 regional vectors of which each is within 4 units.
oracle::row of_unit(const oracle::map&, const oracle::row& e, oracle::real u) { return oracle::row(e.size(), 64 * u); }
oracle::row of_blog(const oracle::map&, const oracle::row& e, oracle::real u) {
  return oracle::row(e.size(), 6 * 1000 * u);
}
}  // namespace

TEST_CASE("rmac on every layout, count and type") {
  check_everywhere<float, double, float16, std::uint8_t>(backends(), relu{} | rmac{}, &sum_of_regions, of_unit);
}
TEST_CASE("the blog's rmac") { check_everywhere<float>(backends(), rmac_blog, &blog, of_blog); }
