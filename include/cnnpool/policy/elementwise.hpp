// elementwise(f) | policy: f applied to every element while it is read, without a copy. f(x) is a template over V like
// a fold's step, and marked CNNPOOL_HD. relu{} | policy is one of these; elementwise(f) | (relu{} | policy) is f first.
#pragma once

#include <string>

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <class F>
struct elementwise_function {
  static constexpr const char* name = "elementwise";
  F f;
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return f(x);
  }
};
template <class F>
elementwise_function<F> elementwise(const F& f) {
  return {f};
}

/// A policy that reads through a function.
template <class Read, pooling_policy P>
struct reading {
  Read read;
  P policy;

  index_t descriptor_size(const shape& s) const { return cnnpool::descriptor_size(policy, s); }
  void (check)(const shape& s) const { detail::check_policy(policy, s); }
  std::string full_name() const { return detail::name_of(read) + " | " + detail::name_of(policy); }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    detail::run(b, s, x.then(read), policy, out);
  }
  template <class B, class X, class R, class A>
  void pool_regions(const B& b, kernel::scratch& s, const X& x, const R& regions, const kernel::matrix<A>& out) const {
    detail::run_regions(b, s, x.then(read), policy, regions, out);
  }
};

template <class F, pooling_policy P>
reading<elementwise_function<F>, P> operator|(const elementwise_function<F>& read, const P& policy) {
  return {read, policy};
}

}  // namespace cnnpool
