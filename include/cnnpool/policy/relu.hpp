// relu{} | policy: max(x, 0) applied to every element while it is read, without a copy. fc6 and fc6_relu6 are then both
// one call away from the same buffer. NaN stays NaN.
#pragma once

#include <string>

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct relu {
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return maximum(V(lane_t<V>(0)), x);
  }
};

/// A policy that reads through a function.
template <class Read, pooling_policy P>
struct reading {
  Read read;
  P policy;

  index_t descriptor_size(const shape& s) const { return cnnpool::descriptor_size(policy, s); }
  void (check)(const shape& s) const { detail::check_policy(policy, s); }
  std::string full_name() const { return "relu | " + detail::name_of(policy); }
  template <class B, class X, class A>
  void pool(const B& b, scratch& s, const X& x, const matrix<A>& out) const {
    detail::run(b, s, x.then(read), policy, out);
  }
  template <class B, class X, class R, class A>
  void pool_regions(const B& b, scratch& s, const X& x, const R& regions, const matrix<A>& out) const {
    detail::run_regions(b, s, x.then(read), policy, regions, out);
  }
};

template <pooling_policy P>
reading<relu, P> operator|(const relu& read, const P& policy) {
  return {read, policy};
}

}  // namespace cnnpool
