// The optional members of a fold (see concepts.hpp), with what a kernel does where a fold has none.
#pragma once

#include <type_traits>
#include <utility>

#include "values.hpp"

namespace cnnpool::detail {

/// Statistics that a fold gives at once; weighted folds too.
template <class F>
inline constexpr int fold_outputs = value_count<std::remove_cvref_t<decltype(
    std::declval<const F&>().finish(std::declval<typename F::template state<float>&>(), index{}))>>;

template <class F, class S>
concept checks_range = requires(const F f, const S s) { f.in_range(s); };

/// A function of the host, for a fold to call: a fold runs on the host and in kernels, and nvcc would warn of the call.
template <class F>
struct on_host {
  F f;
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
  CNNPOOL_HD auto operator()(index i) const { return f(i); }
};
template <class F>
on_host(F) -> on_host<F>;

/// The result of a fold from its elements, one after the other: recompute where the fold has one.
template <class L, class F, class Read>
CNNPOOL_HD auto fold_again(const F& f, index n, const Read& x) {
  if constexpr (requires { f.template recompute<L>(n, x); }) {
    return f.template recompute<L>(n, x);
  } else {
    auto s = f.template init<L>();
    for (index i = 0; i < n; ++i) s = f.step(s, x(i));
    return f.finish(s, n);
  }
}

template <class V, class F>
CNNPOOL_HD auto for_channel(const F& f, index c) {
  if constexpr (requires { f.template per_channel<V>(c); }) return f.template per_channel<V>(c);
  else return f;
}
template <class V, class F>
CNNPOOL_HD auto for_channels(const F& f, index c, index count) {
  if constexpr (requires { f.template per_channel<V>(c, count); }) return f.template per_channel<V>(c, count);
  else return f;
}
template <class F>
concept differs_by_channel = requires(const F f, index c) { f.template per_channel<float>(c); };

}  // namespace cnnpool::detail
