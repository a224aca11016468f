// Whether a call of pool, pool_into, pool_regions or workspace_bytes compiles, and if not, what is wrong with it: the
// constraint of every overload, so that `requires { pool(x, policy); }` tells the truth.
#pragma once

#include <ranges>

#include "adapter.hpp"
#include "kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

enum class verdict {
  good,
  no_backend,
  incomplete_backend,
  behind_the_policy,
  no_adapter,
  read_once,
  one_view_only,
  list_only,
  list_of_temporaries,
  stage,
  no_policy,
  other_space,
  result_space,
  no_output,
  output_space,
  workspace_space,
  no_grid,
};

template <class X>
using view_type = std::remove_cvref_t<decltype(view_of(std::declval<const X&>()))>;
template <class X>
struct batch_of {
  using type = X;
};
template <view_list X>
struct batch_of<X> {
  using type = std::remove_cvref_t<std::ranges::range_value_t<const X>>;
};
/// One batch of x: x itself, or the elements of a list of views.
template <class X>
using batch_t = typename batch_of<X>::type;

/// Whether the views of a list stay valid when the next one is asked for: a range may make its images only then, even
/// behind views that it also makes, in one buffer for all.
template <view_list X>
constexpr bool list_stays() {
  return std::is_lvalue_reference_v<std::ranges::range_reference_t<const X>>;
}
/// A range of views, but of one pass, or one that no const reference can go through.
template <class X>
concept fleeting_list = !view_list<X> && !viewable<X> && std::ranges::input_range<X> &&
                        viewable<std::remove_cvref_t<std::ranges::range_value_t<X>>>;

/// Of (backend, x, policy); Lists: whether a list of views will do.
template <class B, class X, class P, bool Lists>
constexpr verdict verdict_of() {
  if constexpr (!backend<B>) {
    if constexpr ((viewable<B> || view_list<B>) && (pooling_policy<X> || list_policy<X>))
      return verdict::behind_the_policy;
    else return requires { typename B::space; } ? verdict::incomplete_backend : verdict::no_backend;
  } else if constexpr (!viewable<X> && !view_list<X>) {
    return fleeting_list<X> ? verdict::read_once : verdict::no_adapter;
  } else if constexpr (!pooling_policy<P> && !list_policy<P>) {
    return cnnpool::stage<P> ? verdict::stage : verdict::no_policy;
  } else if constexpr (view_list<X> && !Lists) {
    return verdict::one_view_only;
  } else if constexpr (list_policy<P> && !view_list<X>) {
    return verdict::list_only;
  } else if constexpr (!std::is_same_v<typename B::space, typename view_type<batch_t<X>>::space>) {
    return verdict::other_space;
  } else {
    if constexpr (list_policy<P>)
      if (!list_stays<X>()) return verdict::list_of_temporaries;
    return verdict::good;
  }
}
template <class B, class X, class P>
inline constexpr verdict of_bytes = verdict_of<B, X, P, true>();

template <class B, verdict So>
constexpr verdict with_result() {
  if constexpr (So == verdict::good)
    return std::is_same_v<typename B::space, host_space> ? verdict::good : verdict::result_space;
  else return So;
}
template <class B, class Out, class W, verdict So>
constexpr verdict with_output() {
  if constexpr (So != verdict::good) return So;
  else if constexpr (!has_output<std::remove_reference_t<Out>>) return verdict::no_output;
  else if constexpr (!std::is_same_v<typename B::space, typename std::remove_cvref_t<decltype(output_of(
                                                            std::declval<Out&>()))>::space>)
    return verdict::output_space;
  else return std::is_same_v<typename B::space, typename W::space> ? verdict::good : verdict::workspace_space;
}
template <class G, verdict So>
constexpr verdict with_grid() {
  return So == verdict::good && !region_grid<G> ? verdict::no_grid : So;
}

template <class B, class X, class P>
inline constexpr verdict of_pool = with_result<B, of_bytes<B, X, P>>();
template <class B, class X, class P, class Out, class W>
inline constexpr verdict of_pool_into = with_output<B, Out, W, of_bytes<B, X, P>>();
template <class B, class X, class P, class G>
inline constexpr verdict of_regions = with_grid<G, with_result<B, verdict_of<B, X, P, false>()>()>();
template <class B, class X, class P, class G, class Out, class W>
inline constexpr verdict of_regions_into = with_grid<G, with_output<B, Out, W, verdict_of<B, X, P, false>()>()>();

}  // namespace detail
}  // namespace cnnpool
