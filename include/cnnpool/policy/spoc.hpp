// SPoC (Babenko, Lempitsky, ICCV 2015): sum pooling under a centre prior,
//   out_c = SUM a(i,j) x_c(i,j), a = exp(-((i-i0)^2 + (j-j0)^2) / (2 s^2)), i0 = (H-1)/2, j0 = (W-1)/2, s = min(H,W)/6.
// D = C. A 1x1 map has weight 1. s is a third of the distance from the centre to the nearest border.
//
// The name is used for three things: this weighted sum (PyRetri), the sum without a prior (the author's script:
// centre_prior = false), the average without a prior (cirtorch: use average). Accumulator, NaN and inf as in sum.hpp.
#pragma once

#include "../kernel/run_policy.hpp"
#include "sum.hpp"
#include "weighted_sum.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
/// The prior at (i, j), as a function of V's that hold i and j.
struct centre_prior {
  double i0, j0, falloff;  // -1 / (2 s^2)
  explicit centre_prior(const shape& s) {
    const double sigma = static_cast<double>(s.h < s.w ? s.h : s.w) / 6;
    i0 = static_cast<double>(s.h - 1) / 2;
    j0 = static_cast<double>(s.w - 1) / 2;
    falloff = -1 / (2 * sigma * sigma);
  }
  template <class V>
  CNNPOOL_HD V operator()(const V& i, const V& j) const {
    using L = lane_t<V>;
    const V di = i - V(static_cast<L>(i0)), dj = j - V(static_cast<L>(j0));
    return exp(V(static_cast<L>(falloff)) * (di * di + dj * dj));
  }
};
}  // namespace detail

struct spoc {
  static constexpr const char* name = "spoc";

  bool centre_prior = true;

  index_t descriptor_size(const shape& s) const { return s.c; }
  bool reads_grid() const { return centre_prior; }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    if (!centre_prior) return b.reduce(s, x, kernel::over_positions{}, sum{}, out);
    const shape& extents = x.extents();
    const kernel::scratch::frame frame(s);
    const kernel::matrix<A> prior = s.make<A>(extents.h, extents.w);
    b.transform(s, prior, detail::centre_prior(extents), kernel::row_index{}, kernel::column_index{});
    b.reduce(s, x, kernel::over_positions{}, detail::weighted_sum{}, out, kernel::per_position<A>{prior.data, 0});
  }
};

}  // namespace cnnpool
