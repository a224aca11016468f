// What pool, pool_into and pool_regions do once the input is a source of a known scalar type and the output a span:
// check everything, measure the workspace, run.
#pragma once

#include "core/descriptors.hpp"
#include "kernel/run_policy.hpp"
#include "kernel/scratch.hpp"
#include "verdict.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// Calls f(source of a typed view), for backend B.
template <class B, class X, class F>
decltype(auto) with_source(const X& x, F&& f) {
  const auto& v = view_of(x);
  using V = std::remove_cvref_t<decltype(v)>;
  if constexpr (is_source<V>) return f(v);
  else if constexpr (requires { typename V::accumulator_type; }) return f(as_source(v));
  else if constexpr (requires { V::names_no_type; B::converts_tiles; })
    return visit(v, [&](const auto& typed) -> decltype(auto) { return f(as_source<source_kind::erased>(typed)); });
  else return visit(v, [&](const auto& typed) -> decltype(auto) { return f(as_source(typed)); });
}

template <class B, class V>
struct result_type {
  using type = typename B::template accumulator<float>;  // the scalar type is known at run time only
};
template <class B, class V>
  requires requires { typename V::value_type; }
struct result_type<B, V> {
  using type = typename B::template accumulator<typename V::value_type>;
};
/// What pool returns: the backend's accumulator for the scalar type of x, or of the batches of a list.
template <class B, class X>
using result_t = typename result_type<B, view_type<batch_t<X>>>::type;
/// The type of pool's result if the call is right: clang forms it before it checks the constraints.
template <class B, class X, verdict So>
struct pool_result {};
template <class B, class X>
struct pool_result<B, X, verdict::good> {
  using type = descriptors<result_t<B, X>>;
};

[[noreturn]] inline void raise_without_positions(const char* where, const shape& s) {
  raise(where, "shape ", to_string(s), " has no positions, expected h and w of at least 1");
}
[[noreturn]] inline void raise_without_grid(const char* where, const char* reader) {
  raise(where, reader, " reads the grid of patches, and these tokens have none: say h and w in token_layout");
}
/// Raises what is wrong with the backend's own numbers.
template <class B>
void check_backend(const B& b) {
  if constexpr (requires { (b.check)(); }) (b.check)();
}
/// Tokens may come without a grid.
template <class X>
bool has_grid(const X& x) {
  if constexpr (requires { x.view.has_grid(); }) return x.view.has_grid();
  else return true;
}
/// Raises if x lacks the positions, or the grid of them, that the policy reads.
template <class P, class X>
void check_positions(const char* where, const P& policy, const X& x) {
  const shape& s = x.extents();
  if (s.h == 0 || s.w == 0) raise_without_positions(where, s);
  if (!has_grid(x) && reads_grid(policy)) raise_without_grid(where, name_of(policy).c_str());
}
template <class P, class X>
void check_call(const P& policy, const X& x) {
  check_positions("pool: ", policy, x);
  check_policy(policy, x.extents());
}

template <class D, class B, class X, class P>
std::size_t measured(const B& b, const X& x, const P& policy) {
  scratch s;
  const shape& e = x.extents();
  const index_t d = descriptor_size(policy, e);
  if (e.n == 0 || d == 0) return 0;
  const matrix<D> out{reinterpret_cast<D*>(scratch::alignment), e.n, d, d, 1};
  run_converted(b, s, x, policy, out);
  return s.peak();
}

template <class B, class X, class P, class D, class Space, workspace_memory W>
void run_call(const B& b, const X& x, const P& policy, const descriptor_span<D, Space>& out, W& w) {
  const shape& e = x.extents();
  check_backend(b);
  check_call(policy, x);
  const index_t d = descriptor_size(policy, e);
  if (out.rows() != e.n || out.cols() != d)
    raise("pool_into: output is ", out.rows(), " x ", out.cols(), ", policy ", name_of(policy), " on ", to_string(e),
          " needs ", e.n, " x ", d);
  if (e.n == 0 || d == 0) return;
  w.reserve(measured<D>(b, x, policy));
  scratch s(w.data(), w.capacity());
  run_converted(b, s, x, policy, matrix_of(out));
}

/// Raises what is wrong with the policy on one of the regions.
template <class P, class R, class X>
void check_regional_call(const P& policy, const R& regions, const X& x) {
  const shape& e = x.extents();
  if (!has_grid(x)) raise_without_grid("", "pool_regions");
  check_call(policy, x);
  const index_t d = cnnpool::descriptor_size(policy, e);
  check_regions(regions, e, "pool_regions", [&](index_t k, const shape& part) {
    check_shape(policy, part);
    const index_t size = cnnpool::descriptor_size(policy, part);
    if (size != d) raise("pool_regions: region ", k, " gives ", size, " components, the whole map ", d);
  });
}

template <class B, class X, class P, class R, class D, class Space, workspace_memory W>
void pool_regions_source_into(const B& b, const X& x, const P& policy, const R& regions,
                              const descriptor_span<D, Space>& out, W& w) {
  const shape& e = x.extents();
  check_backend(b);
  check_regional_call(policy, regions, x);
  const index_t rows = e.n * regions.size(), d = descriptor_size(policy, e);
  if (out.rows() != rows || out.cols() != d)
    raise("pool_regions_into: output is ", out.rows(), " x ", out.cols(), ", policy ", name_of(policy), " on ",
          regions.size(), " regions of ", to_string(e), " needs ", rows, " x ", d);
  if (rows == 0 || e.c == 0) return;
  in_workspace(w, [&](scratch& s) {
    in_accumulator(b, s, x, matrix_of(out), [&](const auto& t) { run_regions(b, s, x, policy, regions, t); });
  });
}

}  // namespace detail

}  // namespace cnnpool
