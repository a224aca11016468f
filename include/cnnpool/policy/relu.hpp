// relu{} | policy: max(x, 0) applied to every element while it is read, without a copy. fc6 and fc6_relu6 are then both
// one call away from the same buffer. NaN stays NaN.
#pragma once

#include "elementwise.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct relu {
  static constexpr bool reads_elements = true;
  static constexpr const char* name = "relu";
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    using kernel::maximum;
    return maximum(V(kernel::lane_t<V>(0)), x);
  }
};

}  // namespace cnnpool
