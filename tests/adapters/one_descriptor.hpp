// A vector of numbers is one descriptor, whatever library it is of: read, and written into.
#pragma once

#include <cnnpool/compose.hpp>
#include <cnnpool/policy/sum.hpp>
#include <cnnpool/pool.hpp>
#include <cnnpool/post/l2.hpp>

#include "catch.hpp"

namespace testing {

/// x: a vector of 3, 4, 12; out: one that takes three numbers, of float.
template <class X, class Out>
void is_one_descriptor(const X& x, Out& out) {
  using namespace cnnpool;
  const auto d = pool(x, sum{} | l2{});
  REQUIRE((d.rows() == 1 && d.cols() == 3));
  CHECK((d(0, 0) == Approx(3. / 13) && d(0, 1) == Approx(4. / 13) && d(0, 2) == Approx(12. / 13)));
  workspace w;
  pool_into(x, sum{}, out, w);
  CHECK(pool(out, sum{} | l2{}).values()[1] == d(0, 1));
}

}  // namespace testing
