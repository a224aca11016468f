// What the compiler says when a call of pool, pool_into, pool_regions or workspace_bytes is wrong: one sentence.
//
// For every verdict (verdict.hpp) there is an overload of each function that must not be called, so that the user does
// not get a list of all the overloads that do not match. clang says its sentence; GCC shows the line below that has it.
#pragma once

#include "backend/cpu/cpu.hpp"
#include "core/descriptors.hpp"
#include "kernel/scratch.hpp"
#include "missing_member.hpp"
#include "verdict.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

#define CNNPOOL_MISUSE_OF_POOL(wrong, sentence)                                                                \
  template <class X, class P, class B = cpu>                                                                   \
    requires(detail::of_pool<B, X, P> == detail::verdict::wrong)                                               \
  descriptors<float> pool(const X&, const P&) CNNPOOL_UNAVAILABLE(sentence);                                   \
  template <class B, class X, class P>                                                                         \
    requires(detail::of_pool<B, X, P> == detail::verdict::wrong)                                               \
  descriptors<float> pool(const B&, const X&, const P&) CNNPOOL_UNAVAILABLE(sentence);
#define CNNPOOL_MISUSE_OF_BYTES(wrong, sentence)                                                               \
  template <class B, class X, class P>                                                                         \
    requires(detail::of_bytes<B, X, P> == detail::verdict::wrong)                                              \
  std::size_t workspace_bytes(const B&, const X&, const P&) CNNPOOL_UNAVAILABLE(sentence);
#define CNNPOOL_MISUSE_OF_INTO(wrong, sentence)                                                                \
  template <class X, class P, class Out, class B = cpu>                                                        \
    requires(detail::of_pool_into<B, X, P, Out, workspace> == detail::verdict::wrong)                          \
  void pool_into(const X&, const P&, Out&&, workspace&) CNNPOOL_UNAVAILABLE(sentence);                         \
  template <class B, class X, class P, class Out, workspace_memory W>                                          \
    requires(detail::of_pool_into<B, X, P, Out, W> == detail::verdict::wrong)                                  \
  void pool_into(const B&, const X&, const P&, Out&&, W&) CNNPOOL_UNAVAILABLE(sentence);
#define CNNPOOL_MISUSE_OF_REGIONS(wrong, sentence)                                                             \
  template <class X, class P, class G, class B = cpu>                                                          \
    requires(detail::of_regions<B, X, P, G> == detail::verdict::wrong)                                         \
  descriptors<float> pool_regions(const X&, const P&, const G&) CNNPOOL_UNAVAILABLE(sentence);                 \
  template <class B, class X, class P, class G>                                                                \
    requires(detail::of_regions<B, X, P, G> == detail::verdict::wrong)                                         \
  descriptors<float> pool_regions(const B&, const X&, const P&, const G&) CNNPOOL_UNAVAILABLE(sentence);
#define CNNPOOL_MISUSE_OF_REGIONS_INTO(wrong, sentence)                                                        \
  template <class B, class X, class P, class G, class Out, workspace_memory W>                                 \
    requires(detail::of_regions_into<B, X, P, G, Out, W> == detail::verdict::wrong)                            \
  void pool_regions_into(const B&, const X&, const P&, const G&, Out&&, W&) CNNPOOL_UNAVAILABLE(sentence);

// What only some functions can be called wrongly with: a grid, an output, a result of their own, a list of views.
#define CNNPOOL_MISUSE_OF_GRID(wrong, sentence) \
  CNNPOOL_MISUSE_OF_REGIONS(wrong, sentence)    \
  CNNPOOL_MISUSE_OF_REGIONS_INTO(wrong, sentence)
#define CNNPOOL_MISUSE_OF_OUTPUT(wrong, sentence) \
  CNNPOOL_MISUSE_OF_INTO(wrong, sentence)         \
  CNNPOOL_MISUSE_OF_REGIONS_INTO(wrong, sentence)
#define CNNPOOL_MISUSE_OF_RESULT(wrong, sentence) \
  CNNPOOL_MISUSE_OF_POOL(wrong, sentence)         \
  CNNPOOL_MISUSE_OF_REGIONS(wrong, sentence)
#define CNNPOOL_MISUSE_OF_LIST(wrong, sentence) \
  CNNPOOL_MISUSE_OF_POOL(wrong, sentence)       \
  CNNPOOL_MISUSE_OF_BYTES(wrong, sentence)      \
  CNNPOOL_MISUSE_OF_INTO(wrong, sentence)
#define CNNPOOL_MISUSE(wrong, sentence)   \
  CNNPOOL_MISUSE_OF_LIST(wrong, sentence) \
  CNNPOOL_MISUSE_OF_GRID(wrong, sentence)

// Each on a line of its own, since GCC shows one line.
CNNPOOL_MISUSE(no_backend, "cnnpool::pool: the argument in front of the activations is not a backend, e.g. cpu{}")
CNNPOOL_MISUSE(incomplete_backend, "cnnpool::pool: this backend lacks a primitive; cnnpool::kernel::missing_primitive<B>() names it (cnnpool/kernel/primitives.hpp)")
CNNPOOL_MISUSE(behind_the_policy, "cnnpool::pool: nothing stands behind the policy; a backend goes in front of the tensor, hints to as_view(tensor, hints)")
CNNPOOL_MISUSE(no_adapter, "cnnpool::pool: no adapter for this type; include one of cnnpool/adapters/*.hpp or specialise cnnpool::adapter<T>")
CNNPOOL_MISUSE(read_once, "cnnpool::pool: a list of views is gone through twice, and this range cannot be, or not while it is const; keep its views in a vector")
CNNPOOL_MISUSE_OF_GRID(one_view_only, "cnnpool::pool_regions: it takes no list of views; call it once per view")
CNNPOOL_MISUSE(list_only, "cnnpool::pool: this policy takes a list of views, e.g. std::vector{view, view}")
CNNPOOL_MISUSE_OF_LIST(list_of_temporaries, "cnnpool::pool: this range makes its views when they are asked for, and this policy needs all at once; keep them in a vector")
CNNPOOL_MISUSE(stage, "cnnpool::pool: this is a stage, not a pooling policy; put a policy in front of it: policy | stage")
CNNPOOL_MISUSE(no_policy, "cnnpool::pool: this is not a pooling policy; a fold has state, init, step, merge and finish, and cnnpool::kernel::missing_member<P>() names the one that is missing")
CNNPOOL_MISUSE(other_space, "cnnpool::pool: the activations are in another memory space than the one this backend reads")
CNNPOOL_MISUSE_OF_RESULT(result_space, "cnnpool::pool: the result would be in host memory, which this backend does not write; use pool_into with a descriptor_span of the backend's space")
CNNPOOL_MISUSE_OF_OUTPUT(no_output, "cnnpool::pool_into: the output is neither descriptors nor a descriptor_span nor a row of either nor an adapted matrix, or it is const")
CNNPOOL_MISUSE_OF_OUTPUT(output_space, "cnnpool::pool_into: the output is in another memory space than the one this backend writes")
CNNPOOL_MISUSE_OF_OUTPUT(workspace_space, "cnnpool::pool_into: the workspace is in another memory space than the one this backend uses; use basic_workspace<B::space>")
CNNPOOL_MISUSE_OF_GRID(no_grid, "cnnpool::pool_regions: this is not a region grid; a grid has regions(h, w), e.g. rmac_grid{}")

// Another number of arguments than any form has.
template <class... A>
  requires(sizeof...(A) != 2 && sizeof...(A) != 3)
descriptors<float> pool(const A&...) CNNPOOL_UNAVAILABLE("cnnpool::pool: the arguments are (x, policy) or (backend, x, policy)");
template <class... A>
  requires(sizeof...(A) < 4 || sizeof...(A) > 5)
void pool_into(const A&...) CNNPOOL_UNAVAILABLE("cnnpool::pool_into: the arguments are (x, policy, out, workspace), or these behind a backend");
template <class... A>
  requires(sizeof...(A) < 3 || sizeof...(A) > 4)
std::size_t workspace_bytes(const A&...) CNNPOOL_UNAVAILABLE("cnnpool::workspace_bytes: the arguments are (backend, x, policy) or <scalar>(backend, shape, layout, policy)");
template <class... A>
  requires(sizeof...(A) != 3 && sizeof...(A) != 4)
descriptors<float> pool_regions(const A&...) CNNPOOL_UNAVAILABLE("cnnpool::pool_regions: the arguments are (x, policy, grid) or (backend, x, policy, grid)");
template <class... A>
  requires(sizeof...(A) != 6)
void pool_regions_into(const A&...) CNNPOOL_UNAVAILABLE("cnnpool::pool_regions_into: the arguments are (backend, x, policy, grid, out, workspace)");

#undef CNNPOOL_MISUSE
#undef CNNPOOL_MISUSE_OF_GRID
#undef CNNPOOL_MISUSE_OF_OUTPUT
#undef CNNPOOL_MISUSE_OF_RESULT
#undef CNNPOOL_MISUSE_OF_LIST
#undef CNNPOOL_MISUSE_OF_POOL
#undef CNNPOOL_MISUSE_OF_BYTES
#undef CNNPOOL_MISUSE_OF_INTO
#undef CNNPOOL_MISUSE_OF_REGIONS
#undef CNNPOOL_MISUSE_OF_REGIONS_INTO

}  // namespace cnnpool
