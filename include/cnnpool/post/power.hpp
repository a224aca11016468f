// Power normalisation (Jegou, Chum, ECCV 2012): sign(x) |x|^alpha for every component; alpha = 0.5 is the signed square
// root. 0 stays 0, NaN stays NaN, inf keeps its sign. alpha = 0.5 is correctly rounded, others are within 1e-6.
#pragma once

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
struct signed_power {
  double alpha;
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    const V size = absolute(x);
    const V r = alpha == 0.5 ? sqrt(size) : pow(size, exponent<V>(alpha));
    return select(x < V(lane_t<V>(0)), -r, r);
  }
};
}  // namespace detail

struct power {
  static constexpr const char* name = "power";

  double alpha = 0.5;

  index_t output_size(index_t d) const { return d; }
  void (check)() const {
    if (!(alpha > 0)) raise("power: alpha is ", alpha, ", expected a positive number");
    if (alpha > kernel::limits<double>::largest) raise("power: alpha is ", alpha, ", expected a finite number");
  }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    b.transform(s, out, detail::signed_power{alpha}, in);
  }
};

}  // namespace cnnpool
