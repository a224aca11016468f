// The optional members of a fold, and what a kernel does if a fold does not have them.
//
//   first(x)            the state of one element, if that costs less than step(init, x)
//   is_reliable(state)  a mask, and
//   exact<L>(n, x)      the result from elements x(0) .. x(n-1): for a state that can leave the range of a float
//                       although the result does not (GeM's sum of powers); of a fold with an operand, whose numbers
//                       are w[0] .. w[n-1], exact<L>(n, x, w)
//   fast_form(fold)     a function next to the fold: a fold with the same results whose step costs less, and which says
//                       with is_reliable where it was wrong. Its state may be larger: it is used where states are few
//   forms(f)            calls f with one of several folds with the same states, by a number known at run time; called
//                       before a loop over elements
//   long_step = true    a static constant: a step costs much more than reading an element, so fewer are written out
//   per_channel<V>(c)   the fold of channel c, in every lane, and
//   per_channel<V>(c, count)   that of the channels in the lanes of V, for a fold that differs by channel
//   name                a static constant, for messages
//
// A policy without init, step, merge and finish that chooses its fold when it runs (gem: p is known then) has
// select_fold(f), which calls f(fold), and a static constant `outputs`, the statistics of that fold.
#pragma once

#include <type_traits>
#include <utility>

#include "values.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

struct ignore_fold {  // in a concept nvcc takes this and not a generic lambda
  template <class F>
  void operator()(const F&) const {}
};

/// The number of statistics that a fold gives at once; weighted folds too.
template <class F>
inline constexpr int fold_outputs = value_count<std::remove_cvref_t<decltype(
    std::declval<const F&>().finish(std::declval<typename F::template state<float>&>(), index_t{}))>>;

/// The state of one element.
template <class F, class V>
CNNPOOL_HD auto first_state(const F& f, const V& x) {
  if constexpr (requires { f.first(x); }) return f.first(x);
  else return f.step(f.template init<V>(), x);
}

/// A fold without data and with the same init, step and merge, for folds that differ in their finish: a concat steps it
/// once for all of them. Not a member, since a fold that inherits from one may have a step of its own.
template <class F>
struct monoid_of {
  using type = void;
};
template <class F>
using shared_monoid = typename monoid_of<F>::type;

template <class F, class S>
concept may_be_unreliable = requires(const F f, const S s) { f.is_reliable(s); };

/// The fold that costs the least per element; one that has a cheaper form overloads this.
template <class F>
const F& fast_form(const F& f) {
  return f;
}

/// A fold whose step takes longer than reading an element says so: kernels then contain fewer copies of it.
template <class F>
inline constexpr bool takes_longer_than_reading = false;
template <class F>
  requires requires { F::long_step; }
inline constexpr bool takes_longer_than_reading<F> = F::long_step;

/// A fold whose step depends on a number known at run time may have forms, folds with the same states: kernels ask for
/// one before a loop over elements, so only the loop is compiled for each, and finish, merge and the kernel around it
/// once.
template <class F>
concept has_forms = requires(const F f) { f.forms(ignore_fold{}); };
template <class F, class Action>
CNNPOOL_INLINE void with_form(const F& f, const Action& action) {
  if constexpr (has_forms<F>) f.forms(action);
  else action(f);
}

/// Makes a host function callable from a fold: a fold runs on the host and in kernels, so nvcc would warn of the call.
template <class F>
struct on_host {
  F f;
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
  CNNPOOL_HD auto operator()(index_t i) const { return f(i); }
};
template <class F>
on_host(F) -> on_host<F>;

/// The fold of a channel, or of the channels in the lanes of V: a new one, or f itself (when GCC optimises for size, a
/// copy for every row would be a third of the row's time).
template <class V, class F>
CNNPOOL_HD decltype(auto) for_channel(const F& f, index_t c) {
  if constexpr (requires { f.template per_channel<V>(c); }) return f.template per_channel<V>(c);
  else return (f);
}
template <class V, class F>
CNNPOOL_HD decltype(auto) for_channels(const F& f, index_t c, index_t count) {
  if constexpr (requires { f.template per_channel<V>(c, count); }) return f.template per_channel<V>(c, count);
  else return (f);
}
template <class F>
concept differs_by_channel = requires(const F f, index_t c) { f.template per_channel<float>(c); };

}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {
template <class P>
concept fold_selector = requires(const P p) {
  p.select_fold(detail::ignore_fold{});
  { P::outputs } -> std::convertible_to<int>;
};
}  // namespace cnnpool::kernel
