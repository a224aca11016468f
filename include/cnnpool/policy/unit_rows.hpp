// Rows divided by their L2 norms, norms below 1e-12 counting as 1e-12: descriptors and residuals of length zero stay
// zero instead of becoming NaN.
#pragma once

#include "../post/l2.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class A>
CNNPOOL_HD A safe_reciprocal(const A& norm) {
  return A(1) / maximum(static_cast<A>(1e-12), norm);
}
struct reciprocal {
  template <class V>
  CNNPOOL_HD V operator()(const V& norm) const {
    using L = lane_t<V>;
    return V(L(1)) / maximum(V(static_cast<L>(1e-12)), norm);
  }
};
struct times_reciprocal {
  template <class V>
  CNNPOOL_HD V operator()(const V& v, const V& norm) const {
    return v * reciprocal{}(norm);
  }
};

/// A stage.
struct unit_rows {
  static constexpr const char* name = "unit_positions";
  index_t output_size(index_t d) const { return d; }
  template <class B, class A>
  void apply(const B& b, scratch& s, const matrix<const A>& in, const matrix<A>& out) const {
    const scratch::frame frame(s);
    const matrix<A> norms = s.make<A>(in.rows, 1);
    b.reduce(s, rows_as_images<typename B::space>(in), over_positions{}, euclidean_norm{}, norms);
    b.transform(s, out, times_reciprocal{}, in, per_row<A>{norms});
  }
};

}  // namespace cnnpool::detail
