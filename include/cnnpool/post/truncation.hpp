// The first `dimensions` components of a descriptor (after PCA: the strongest ones). Asking for more than there are is
// an error.
#pragma once

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct truncation {
  static constexpr const char* name = "truncation";

  index_t dimensions = 0;

  index_t output_size(index_t) const { return dimensions; }
  void (check)(index_t d) const {
    if (dimensions < 1 || dimensions > d)
      raise("truncation: dimensions is ", dimensions, ", expected 1 to ", d, " (the size of the descriptor)");
  }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    b.transform(s, out, kernel::read_as_is{}, in.columns(0, dimensions));
  }
};

}  // namespace cnnpool
