// What pool, pool_into and pool_regions do once the input is a source of a known scalar type and the output a span:
// check everything, measure the workspace, run.
#pragma once

#include "adapter.hpp"
#include "core/descriptors.hpp"
#include "kernel/run_policy.hpp"

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
/// What pool returns: the backend's accumulator for the scalar type of x.
template <class B, class X>
using result_t = typename result_type<B, std::remove_cvref_t<decltype(view_of(std::declval<const X&>()))>>::type;

template <class P>
void check_call(const P& policy, const shape& s) {
  if (s.h == 0 || s.w == 0) raise("pool: shape ", to_string(s), " has no positions, expected h and w of at least 1");
  check_policy(policy, s);
}

/// One row per image of `pooled`, which gets (backend, scratch, source, matrix); converts where D is not the
/// accumulator.
template <class B, class X, class D, class F>
void pool_converted(const B& b, scratch& s, const X&, const matrix<D>& out, const F& pooled) {
  using A = typename B::template accumulator<typename X::value_type>;
  if constexpr (std::is_same_v<A, D>) {
    pooled(s, out);
  } else {
    const scratch::frame frame(s);
    const matrix<A> t = s.make<A>(out.rows, out.cols);
    pooled(s, t);
    b.transform(s, out, read_as_is{}, t);
  }
}

struct to_zero {
  template <class V>
  CNNPOOL_HD V operator()(const V&) const {
    return V(lane_t<V>(0));
  }
};

/// Without channels there is nothing to read: components that do not count channels are 0.
template <class B, class X, class D, class P>
void run_converted(const B& b, scratch& s, const X& x, const P& policy, const matrix<D>& out) {
  pool_converted(b, s, x, out, [&](scratch& own, const auto& t) {
    if (x.extents().c == 0) b.transform(own, t, to_zero{}, column_index{});
    else run(b, own, x, policy, t);
  });
}

template <class B, class X, class OutSpace, class WorkSpace>
void check_spaces() {
  using space = typename B::space;
  static_assert(std::is_same_v<space, typename X::space>,
                "cnnpool::pool: the activations are in another memory space than the one this backend reads");
  static_assert(std::is_same_v<space, OutSpace>,
                "cnnpool::pool_into: the output is in another memory space than the one this backend writes");
  static_assert(std::is_same_v<space, WorkSpace>,
                "cnnpool::pool_into: the workspace is in another memory space than the one this backend uses; use "
                "basic_workspace<B::space>");
}
template <class B>
void check_host_result() {
  static_assert(std::is_same_v<typename B::space, host_space>,
                "cnnpool::pool: the result would be in host memory, which this backend does not write; use pool_into "
                "with a descriptor_span of the backend's space");
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
void run_call(const B& b, const X& x, const P& policy, const descriptor_span<D, Space>& out,
                      W& w) {
  check_spaces<B, X, Space, typename W::space>();
  const shape& e = x.extents();
  check_call(policy, e);
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
template <class P, class R>
void check_regional_call(const P& policy, const R& regions, const shape& e) {
  check_call(policy, e);
  const index_t d = cnnpool::descriptor_size(policy, e);
  check_regions(regions, e, "pool_regions", [&](index_t k, const shape& part) {
    check_policy(policy, part);
    const index_t size = cnnpool::descriptor_size(policy, part);
    if (size != d) raise("pool_regions: region ", k, " gives ", size, " components, the whole map ", d);
  });
}

template <class B, class X, class P, class R, class D, class Space, workspace_memory W>
void pool_regions_source_into(const B& b, const X& x, const P& policy, const R& regions,
                              const descriptor_span<D, Space>& out, W& w) {
  check_spaces<B, X, Space, typename W::space>();
  const shape& e = x.extents();
  check_regional_call(policy, regions, e);
  const index_t rows = e.n * regions.size(), d = descriptor_size(policy, e);
  if (out.rows() != rows || out.cols() != d)
    raise("pool_regions_into: output is ", out.rows(), " x ", out.cols(), ", policy ", name_of(policy), " on ",
          regions.size(), " regions of ", to_string(e), " needs ", rows, " x ", d);
  if (rows == 0 || e.c == 0) return;
  in_workspace(w, [&](scratch& s) {
    pool_converted(b, s, x, matrix_of(out), [&](scratch& own, const auto& t) {
      run_regions(b, own, x, policy, regions, t);
    });
  });
}

}  // namespace detail

}  // namespace cnnpool
