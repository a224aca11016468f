// concat(a, b, ...): a policy that gives the descriptors of its parts one after the other. Weight a part with
// `| scale{w}`.
//
// Parts that are folds, with or without stages after them, are pooled in ONE pass over memory, whatever stands beside
// them: concat(cls{}, max() | l2{}, gem{} | l2{}) reads the patches once.
#pragma once

#include <string>
#include <tuple>

#include "chain.hpp"
#include "kernel/fused_fold.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

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

  /// Parts that start with a fold share one pass; the others read for themselves.
  static constexpr index_t folds = (index_t{0} + ... + index_t{detail::part<Parts>::starts_with_fold});
  static constexpr bool one_pass = folds == sizeof...(Parts);

  index_t descriptor_size(const shape& s) const {
    return std::apply([&](const auto&... p) { return (index_t{0} + ... + cnnpool::descriptor_size(p, s)); }, parts);
  }
  void (check)() const {
    std::apply([&](const auto&... p) { (detail::check_numbers(p), ...); }, parts);
  }
  void (check)(const shape& s) const {
    std::apply([&](const auto&... p) { (detail::check_shape(p, s), ...); }, parts);
  }
  bool reads_grid() const {
    return std::apply([](const auto&... p) { return (detail::reads_grid(p) || ...); }, parts);
  }
  std::string full_name() const {
    std::string text;
    std::apply([&](const auto&... p) { ((text += (text.empty() ? "" : ", ") + detail::name_of(p)), ...); }, parts);
    return "concat(" + text + ")";
  }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const auto alone = [&](const auto& p, const kernel::matrix<A>& t) { detail::run(b, s, x, p, t); };
    if constexpr (one_pass || folds > 1) {
      const auto fused = [&](const auto& fold, const kernel::matrix<A>& t) {
        b.reduce(s, x, kernel::over_positions{}, fold, t);
      };
      pool_once(b, s, x, out, fused, alone);
    } else {
      each_part(x, out, alone);
    }
  }
  template <class B, class X, class R, class A>
  void pool_regions(const B& b, kernel::scratch& s, const X& x, const R& regions, const kernel::matrix<A>& out) const {
    const auto alone = [&](const auto& p, const kernel::matrix<A>& t) { detail::run_regions(b, s, x, p, regions, t); };
    if constexpr (one_pass || folds > 1)
      pool_once(b, s, x, out,
                [&](const auto& fold, const kernel::matrix<A>& t) { b.reduce(s, x, regions, fold, t); }, alone);
    else
      each_part(x, out, alone);
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

  /// The folds that parts start with, in order.
  template <class P>
  static auto head_of(const P& p) {
    if constexpr (detail::part<P>::starts_with_fold) return std::tie(detail::part<P>::head(p));
    else return std::tuple<>();
  }
  template <class P>
  static constexpr index_t head_outputs() {
    if constexpr (detail::part<P>::starts_with_fold)
      return detail::outputs_of<std::remove_cvref_t<decltype(detail::part<P>::head(std::declval<const P&>()))>>();
    else return 0;
  }

  template <class B, class X, class A, class Pool, class Alone>
  void pool_once(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out, const Pool& pool_fold,
                 const Alone& alone) const {
    const kernel::scratch::frame frame(s);
    const index_t c = x.extents().c;
    constexpr index_t outputs = (index_t{0} + ... + head_outputs<Parts>());
    // When no stage changes the size of a part, the fold writes to where the parts belong.
    bool in_place = one_pass;
    each_part(x, out, [&]<class P>(const P& p, const kernel::matrix<A>& t) {
      in_place = in_place && t.cols == cnnpool::descriptor_size(detail::part<P>::head(p), x.extents());
    });
    const kernel::matrix<A> folded = in_place ? out : s.make<A>(out.rows, outputs * c);
    const auto heads = std::apply([](const auto&... p) { return std::tuple_cat(head_of(p)...); }, parts);
    std::apply(
        [&](const auto&... h) { detail::with_fused([&](const auto& fold) { pool_fold(fold, folded); }, h...); }, heads);
    index_t column = 0;
    each_part(x, out, [&]<class P>(const P& p, const kernel::matrix<A>& t) {
      if constexpr (detail::part<P>::starts_with_fold) {
        const index_t d = cnnpool::descriptor_size(detail::part<P>::head(p), x.extents());
        detail::part<P>::stages(p, b, s, folded.columns(column, d), t);
        column += d;
      } else {
        alone(p, t);
      }
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
