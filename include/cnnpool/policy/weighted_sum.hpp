// The fold behind spatially weighted pooling: SUM w(i,j) x_c(i,j).
#pragma once

#include "../kernel/additive.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

struct weighted_sum : additive {
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x, const V& w) const {
    return s + w * x;
  }
};

}  // namespace cnnpool::detail
