// Average pooling: out_c = SUM x_c(i,j) / N. D = C. The contract of sum.hpp and one more rounding; N is exact in float
// up to 2^24.
//
// After L2 it is the same descriptor as sum pooling: the two differ only by the factor N. They do differ if a step
// follows that is not scale-invariant, such as PCA without L2 first.
#pragma once

#include "../kernel/additive.hpp"
#include "../kernel/fold_traits.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct average : detail::additive {
  static constexpr const char* name = "average";
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t n) const {
    return s / kernel::in_every_lane<V>(n);
  }
};

namespace detail {
template <>
struct monoid_of<average> {
  using type = additive;
};
}  // namespace detail

}  // namespace cnnpool
