#include "compare.hpp"

using namespace cnnpool;

TEST_CASE("SPoC is the centre-weighted sum") { agrees(spoc{}, oracle::spoc, 0, chain_bound, true); }
TEST_CASE("without the prior it is the sum") { agrees(spoc{.center_prior = false}, oracle::sum, 0, chain_bound, true); }
