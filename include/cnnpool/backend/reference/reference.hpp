// The simplest possible backend: one result after the other, one element after the other, in logical order, in double.
// Everything else is compared to it.
#pragma once

#include "../for_each_backend.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct reference : for_each_backend<reference> {
  using space = host_space;
  template <class T>
  using accumulator = double;

  template <class F>
  void for_each(index_t count, const F& f) const {
    for (index_t i = 0; i < count; ++i) f(i);
  }
};

}  // namespace cnnpool
