// factor * x for every component: the weight of a part inside concat(a, b | scale{0.5}).
#pragma once

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
struct times {
  double factor;
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return V(static_cast<lane_t<V>>(factor)) * x;
  }
};
}  // namespace detail

struct scale {
  static constexpr const char* name = "scale";

  double factor = 1;

  index_t output_size(index_t d) const { return d; }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    b.transform(s, out, detail::times{factor}, in);
  }
};

}  // namespace cnnpool
