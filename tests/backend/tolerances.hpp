// Bounds that several cases check against.
#pragma once

#include "suite.hpp"

namespace testing {

/// Of GeM: 16 units in the last place.
inline oracle::row of_gem3(const oracle::map&, const oracle::row& e, oracle::real u) { return relative(e, 32 * u); }

/// Of average, max and GeM side by side. x may be the map in front of relu: its sum of magnitudes is no smaller.
inline oracle::row of_three(const oracle::map& x, const oracle::row& e, oracle::real u) {
  oracle::row r = of_gem3(x, e, u);
  const oracle::row absolute = oracle::absolute_sum(x);
  for (std::size_t k = 0; k < absolute.size(); ++k) r[k] = absolute[k] * u * (x.n() + 2) / x.n();
  return r;
}

}  // namespace testing
