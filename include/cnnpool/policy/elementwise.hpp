// elementwise(f) | policy: f applied to every element while it is read, without a copy. f(x) is a template over V, like
// a fold's step, and marked CNNPOOL_HD. relu{} is one of these; elementwise(f) | relu{} | policy applies f first.
#pragma once

#include <string>

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <class F>
struct elementwise_function {
  static constexpr bool reads_elements = true;
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

/// relu, elementwise(f), and chains of them.
template <class R>
concept element_function = requires { requires R::reads_elements; };
/// unit_positions and each_position(stage), which stand in front of a policy too (each_position.hpp).
template <class F>
concept position_function = requires { requires F::reads_positions; };

/// A policy that reads its elements through a function.
template <class Read, pooling_policy P>
struct reading {
  Read read;
  P policy;

  index_t descriptor_size(const shape& s) const { return cnnpool::descriptor_size(policy, s); }
  void (check)() const { detail::check_numbers(policy); }
  void (check)(const shape& s) const { detail::check_shape(policy, s); }
  bool reads_grid() const { return detail::reads_grid(policy); }
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

namespace detail {
template <class R, class P>
inline constexpr bool pools_in_one_pass<reading<R, P>> = pools_in_one_pass<P>;
}  // namespace detail

template <element_function R, pooling_policy P>
reading<R, P> operator|(const R& read, const P& policy) {
  return {read, policy};
}
template <element_function First, element_function Second>
elementwise_function<kernel::read_both<First, Second>> operator|(const First& first, const Second& second) {
  return {{first, second}};
}
template <element_function R, class P>
  requires(!pooling_policy<P> && !element_function<P> && !position_function<P>)
detail::nothing operator|(const R&, const P&) CNNPOOL_UNAVAILABLE("cnnpool::operator|: what stands behind relu{} or elementwise(f) is a policy, e.g. relu{} | max() | l2{}");

}  // namespace cnnpool
