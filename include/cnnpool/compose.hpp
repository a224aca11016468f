// Putting policies and stages together.
//
//   policy | stage            a policy: the stage is applied to its descriptors
//   stage | stage             a stage
//   concat(a, b, ...)         a policy: the descriptors one after the other. Parts that are folds (with or without
//                             stages after them) are pooled in ONE pass over memory. Weight a part with `| scale{w}`.
//   pool_regions              see pool.hpp
#pragma once

#include <string>
#include <tuple>

#include "kernel/fused_fold.hpp"
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
  requires(!pooling_policy<First> && !list_policy<First> && !stage<First> && !element_function<First>)
detail::nothing operator|(const First&, const Last&) CNNPOOL_UNAVAILABLE("cnnpool::operator|: what stands in front of a stage is a policy or a stage; kernel::missing_member<P>() names what it lacks to be one");

namespace detail {
/// Calls f with the one fold made from those that the policies choose.
template <class F, class P, class... Rest>
void with_fused(const F& f, const P& policy, const Rest&... rest) {
  with_fold(policy, [&]<class First>(const First& first) {
    if constexpr (sizeof...(Rest) == 0) f(first);
    else with_fused([&]<class Others>(const Others& others) { f(fuse(first, others)); }, rest...);
  });
}

/// The fold at the head of a part of concat, and the stages after it.
template <class P>
struct part {
  static constexpr bool starts_with_fold = foldable<P>;
  static const P& head(const P& p) { return p; }
  /// How many components the stages give for a head of d components.
  static index_t output_size(const P&, index_t d) { return d; }
  template <class B, class A>
  static void stages(const P&, const B& b, scratch& s, const matrix<A>& in, const matrix<A>& out) {
    if (in.data != out.data) b.transform(s, out, read_as_is{}, in);
  }
};
template <class P, class S>
struct part<chain<P, S>> {
  static constexpr bool starts_with_fold = part<P>::starts_with_fold;
  static const auto& head(const chain<P, S>& p) { return part<P>::head(p.policy); }
  static index_t output_size(const chain<P, S>& p, index_t d) {
    return p.last.output_size(part<P>::output_size(p.policy, d));
  }
  template <class B, class A>
  static void stages(const chain<P, S>& p, const B& b, scratch& s, const matrix<A>& in, const matrix<A>& out) {
    if constexpr (foldable<P>) {
      p.last.apply(b, s, matrix<const A>(in), out);
    } else {
      const scratch::frame frame(s);
      const index_t between = part<P>::output_size(p.policy, in.cols);
      const matrix<A> t = between == out.cols ? out : s.make<A>(in.rows, between);
      part<P>::stages(p.policy, b, s, in, t);
      p.last.apply(b, s, matrix<const A>(t), out);
    }
  }
};

}  // namespace detail

template <pooling_policy... Parts>
struct concat_policy {
  std::tuple<Parts...> parts;

  static constexpr bool one_pass = (detail::part<Parts>::starts_with_fold && ...);

  index_t descriptor_size(const shape& s) const {
    return std::apply([&](const auto&... p) { return (index_t{0} + ... + cnnpool::descriptor_size(p, s)); }, parts);
  }
  void (check)() const {
    std::apply([&](const auto&... p) { (detail::check_numbers(p), ...); }, parts);
  }
  void (check)(const shape& s) const {
    std::apply([&](const auto&... p) { (detail::check_shape(p, s), ...); }, parts);
  }
  std::string full_name() const {
    std::string text;
    std::apply([&](const auto&... p) { ((text += (text.empty() ? "" : ", ") + detail::name_of(p)), ...); }, parts);
    return "concat(" + text + ")";
  }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    if constexpr (one_pass) {
      pool_once(b, s, x, out, [&](const auto& fold, const kernel::matrix<A>& t) {
        b.reduce(s, x, kernel::over_positions{}, fold, t);
      });
    } else {
      each_part(x, out, [&](const auto& p, const kernel::matrix<A>& t) { detail::run(b, s, x, p, t); });
    }
  }
  template <class B, class X, class R, class A>
  void pool_regions(const B& b, kernel::scratch& s, const X& x, const R& regions, const kernel::matrix<A>& out) const {
    if constexpr (one_pass) {
      pool_once(b, s, x, out, [&](const auto& fold, const kernel::matrix<A>& t) { b.reduce(s, x, regions, fold, t); });
    } else {
      each_part(x, out,
                [&](const auto& p, const kernel::matrix<A>& t) { detail::run_regions(b, s, x, p, regions, t); });
    }
  }

 private:
  template <class X, class A, class F>
  void each_part(const X& x, const kernel::matrix<A>& out, const F& f) const {
    index_t column = 0;
    const auto one = [&](const auto& p) {
      const index_t d = cnnpool::descriptor_size(p, x.extents());
      f(p, out.columns(column, d));
      column += d;
    };
    std::apply([&](const auto&... p) { (one(p), ...); }, parts);
  }

  template <class B, class X, class A, class Pool>
  void pool_once(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out,
                 const Pool& pool_fold) const {
    const kernel::scratch::frame frame(s);
    const index_t c = x.extents().c;
    constexpr index_t outputs = (index_t{0} + ... + index_t{detail::outputs_of<
        std::remove_cvref_t<decltype(detail::part<Parts>::head(std::declval<const Parts&>()))>>()});
    // When no stage changes the size of a part, the fold writes to where the parts belong.
    bool in_place = true;
    each_part(x, out, [&]<class P>(const P& p, const kernel::matrix<A>& t) {
      in_place = in_place && t.cols == cnnpool::descriptor_size(detail::part<P>::head(p), x.extents());
    });
    const kernel::matrix<A> folded = in_place ? out : s.make<A>(out.rows, outputs * c);
    std::apply(
        [&](const auto&... p) {
          detail::with_fused([&](const auto& fold) { pool_fold(fold, folded); },
                             detail::part<std::remove_cvref_t<decltype(p)>>::head(p)...);
        },
        parts);
    index_t column = 0;
    each_part(x, out, [&]<class P>(const P& p, const kernel::matrix<A>& t) {
      const index_t d = cnnpool::descriptor_size(detail::part<P>::head(p), x.extents());
      detail::part<P>::stages(p, b, s, folded.columns(column, d), t);
      column += d;
    });
  }
};

namespace detail {
template <class... Parts>
inline constexpr bool pools_in_one_pass<concat_policy<Parts...>> = concat_policy<Parts...>::one_pass;
}  // namespace detail

template <pooling_policy... Parts>
  requires(sizeof...(Parts) > 0)
concat_policy<Parts...> concat(const Parts&... parts) {
  return {{parts...}};
}
template <class... Parts>
  requires(sizeof...(Parts) == 0)
detail::nothing concat(const Parts&...) CNNPOOL_UNAVAILABLE("cnnpool::concat: give it at least one policy");
template <class... Parts>
  requires(!(pooling_policy<Parts> && ...))
detail::nothing concat(const Parts&...) CNNPOOL_UNAVAILABLE("cnnpool::concat: a part is not a policy; put a policy in front of a stage: policy | stage");

}  // namespace cnnpool

// For a policy and a stage that are both of the user's namespaces: nothing of ours is looked up by argument there. The
// operator takes nothing but policies, stages and functions of elements.
using cnnpool::operator|;
