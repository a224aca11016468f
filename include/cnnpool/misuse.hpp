// What the compiler says when a call of pool, pool_into, pool_regions or workspace_bytes is wrong: one sentence, first.
//
// The real functions are constrained, so a wrong call would give a list of every overload that it is not. These
// overloads take what is left over and say which argument is wrong. They never compile.
#pragma once

#include "adapter.hpp"
#include "backend/cpu/cpu.hpp"
#include "kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

template <class...>
inline constexpr bool never = false;

template <class X>
constexpr void explain_input() {
  static_assert(viewable<X> || view_list<X>,
                "cnnpool::pool: no adapter for this type; include one of cnnpool/adapters/*.hpp or specialise "
                "cnnpool::adapter<T>");
}
template <class P>
constexpr void explain_policy() {
  if constexpr (pooling_policy<P>) return;
  else if constexpr (stage<P>)
    static_assert(never<P>,
                  "cnnpool::pool: this is a stage, not a pooling policy; put a policy in front of it: policy | stage");
  else
    static_assert(never<P>,
                  "cnnpool::pool: this is not a pooling policy; a fold has state, init, step, merge and finish, see "
                  "cnnpool/concepts.hpp");
}
/// The calls of pool, pool_into and workspace_bytes; many: whether a range of views is good too.
template <bool Many, class B, class X, class P>
constexpr void explain_call() {
  constexpr bool something_behind = !backend<B> && viewable<B> && pooling_policy<X>;
  static_assert(!something_behind, "cnnpool::pool: nothing stands behind the policy; a backend goes in front of the "
                                   "tensor, hints to as_view(tensor, hints)");
  static_assert(backend<B> || something_behind,
                "cnnpool::pool: the argument in front of the activations is not a backend, e.g. cpu{}");
  if constexpr (backend<B>) {
    explain_input<X>();
    if constexpr (viewable<X> || view_list<X>) explain_policy<P>();
    static_assert(Many || !view_list<X> || !pooling_policy<P>,
                  "cnnpool::pool: only pool(x, policy) takes a range of views; call this function once per view");
  }
}
template <class B, class X, class P, class G>
constexpr void explain_regions() {
  explain_call<false, B, X, P>();
  static_assert(region_grid<G> || !viewable<X> || !pooling_policy<P>,
                "cnnpool::pool_regions: this is not a region grid; a grid has regions(h, w), e.g. rmac_grid{}");
}

}  // namespace detail

template <class X, class P, class B = cpu>
auto pool(const X&, const P&) {
  detail::explain_call<true, B, X, P>();
}
template <class B, class X, class P>
auto pool(const B&, const X&, const P&) {
  detail::explain_call<true, B, X, P>();
}
template <class X, class P, class Out, class B = cpu>
auto pool_into(const X&, const P&, Out&&, workspace&) {
  detail::explain_call<false, B, X, P>();
}
template <class B, class X, class P, class Out, workspace_memory W>
auto pool_into(const B&, const X&, const P&, Out&&, W&) {
  detail::explain_call<false, B, X, P>();
}
template <class B, class X, class P>
auto workspace_bytes(const B&, const X&, const P&) {
  detail::explain_call<false, B, X, P>();
}
template <class X, class P, class G, class B = cpu>
auto pool_regions(const X&, const P&, const G&) {
  detail::explain_regions<B, X, P, G>();
}
template <class B, class X, class P, class G>
auto pool_regions(const B&, const X&, const P&, const G&) {
  detail::explain_regions<B, X, P, G>();
}

}  // namespace cnnpool
