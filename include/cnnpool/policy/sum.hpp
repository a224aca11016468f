// Sum pooling: out_c = SUM x_c(i,j). D = C.
//
// Accumulator: float (double for double), in a fixed order that does not depend on the instruction set, the number of
// threads or the split of the batch. |error| <= k u SUM |x|, u = 2^-24 (2^-53): k = N/8 + 3 along rows of up to 128
// elements, N/64 + 7 along longer ones (N/16 + 5 in one pass with other folds), N/64 + 65 across rows of memory, N in a
// region. NaN and inf propagate as arithmetic says; inf - inf is NaN.
#pragma once

#include "../kernel/additive.hpp"
#include "../kernel/fold_traits.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct sum : detail::additive {
  static constexpr const char* name = "sum";
};

namespace detail {
template <>
struct monoid_of<sum> {
  using type = additive;
};
}  // namespace detail

}  // namespace cnnpool
