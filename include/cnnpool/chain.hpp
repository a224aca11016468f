// Chains: policy | stage is a policy, whose descriptors the stage changes; stage | stage is a stage.
#pragma once

#include <string>

#include "kernel/run_policy.hpp"
#include "policy/elementwise.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <stage First, stage Second>
struct stage_chain {
  First first;
  Second second;

  index_t output_size(index_t d) const { return second.output_size(first.output_size(d)); }
  void (check)() const {
    detail::check_numbers(first);
    detail::check_numbers(second);
  }
  void (check)(index_t d) const {
    detail::check_shape(first, d);
    detail::check_shape(second, first.output_size(d));
  }
  std::string full_name() const { return detail::name_of(first) + " | " + detail::name_of(second); }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const index_t between = first.output_size(in.cols);
    const kernel::matrix<A> t = between == out.cols ? out : s.make<A>(in.rows, between);
    first.apply(b, s, in, t);
    second.apply(b, s, kernel::matrix<const A>(t), out);
  }
};

template <pooling_policy P, stage S>
struct chain {
  P policy;
  S last;

  index_t descriptor_size(const shape& s) const { return last.output_size(cnnpool::descriptor_size(policy, s)); }
  void (check)() const {
    detail::check_numbers(policy);
    detail::check_numbers(last);
  }
  void (check)(const shape& s) const {
    detail::check_shape(policy, s);
    detail::check_shape(last, cnnpool::descriptor_size(policy, s));
  }
  bool reads_grid() const { return detail::reads_grid(policy); }
  std::string full_name() const { return detail::name_of(policy) + " | " + detail::name_of(last); }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    then_last(b, s, x, out, [&](const kernel::matrix<A>& t) { detail::run(b, s, x, policy, t); });
  }
  template <class B, class X, class R, class A>
  void pool_regions(const B& b, kernel::scratch& s, const X& x, const R& regions, const kernel::matrix<A>& out) const {
    then_last(b, s, x, out, [&](const kernel::matrix<A>& t) { detail::run_regions(b, s, x, policy, regions, t); });
  }

 private:
  template <class B, class X, class A, class Pool>
  void then_last(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out,
                 const Pool& pool_inner) const {
    const kernel::scratch::frame frame(s);
    const index_t between = cnnpool::descriptor_size(policy, x.extents());
    const kernel::matrix<A> t = between == out.cols ? out : s.make<A>(out.rows, between);
    pool_inner(t);
    last.apply(b, s, kernel::matrix<const A>(t), out);
  }
};

/// The same after a policy for a list of views.
template <list_policy P, stage S>
struct list_chain {
  P policy;
  S last;

  template <class ShapeOf>
  index_t list_size(index_t views, const ShapeOf& shape_of) const {
    const index_t between = policy.list_size(views, shape_of);
    detail::check_policy(last, between);
    return last.output_size(between);
  }
  std::string full_name() const { return detail::name_of(policy) + " | " + detail::name_of(last); }

  template <class B, class Each, class A>
  void pool_list(const B& b, kernel::scratch& s, index_t views, const Each& each, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const index_t between = policy.list_size(views, [&](index_t i) {
      shape e;
      each(i, [&](const auto& x) { e = x.extents(); });
      return e;
    });
    const kernel::matrix<A> t = between == out.cols ? out : s.template make<A>(out.rows, between);
    policy.pool_list(b, s, views, each, t);
    last.apply(b, s, kernel::matrix<const A>(t), out);
  }
};

namespace detail {
template <class P, class S>
inline constexpr bool pools_in_one_pass<chain<P, S>> = pools_in_one_pass<P>;
}  // namespace detail

template <pooling_policy P, stage S>
chain<P, S> operator|(const P& policy, const S& last) {
  return {policy, last};
}
template <stage First, stage Second>
stage_chain<First, Second> operator|(const First& first, const Second& second) {
  return {first, second};
}
template <list_policy P, stage S>
list_chain<P, S> operator|(const P& policy, const S& last) {
  return {policy, last};
}
// What is no chain, each in one sentence.
template <class First, pooling_policy Second>
  requires(pooling_policy<First> || list_policy<First> || stage<First>)
detail::nothing operator|(const First&, const Second&) CNNPOOL_UNAVAILABLE("cnnpool::operator|: a policy stands on the right; the order is policy | stage, and concat(a, b) puts two policies together");
template <class First, class Second>
  requires((pooling_policy<First> || list_policy<First> || stage<First>) && !stage<Second> && !pooling_policy<Second>)
detail::nothing operator|(const First&, const Second&) CNNPOOL_UNAVAILABLE("cnnpool::operator|: what stands behind a policy or a stage is a stage, e.g. l2{}; kernel::missing_member<S>() names what it lacks to be one");
template <class First, stage Last>
  requires(!pooling_policy<First> && !list_policy<First> && !stage<First> && !element_function<First> &&
           !position_function<First>)
detail::nothing operator|(const First&, const Last&) CNNPOOL_UNAVAILABLE("cnnpool::operator|: what stands in front of a stage is a policy or a stage; kernel::missing_member<P>() names what it lacks to be one");

}  // namespace cnnpool

// For a policy and a stage that are both of the user's namespaces: nothing of ours is looked up by argument there. The
// operator takes nothing but policies, stages and functions of elements.
using cnnpool::operator|;
