// pool: activations in, descriptors out. pool_into: the same without an allocation.
//
//   descriptors d = pool(x, policy)                 one row per image; pool(backend, x, policy) to choose the backend
//   pool_into(backend, x, policy, out, workspace)   writes to out; allocates nothing once the workspace is warm
//   workspace_bytes(backend, x, policy)             what the workspace will have to hold
//   pool_regions(x, policy, grid)                   one row per image and region (training data for a whitening)
//   pool_regions_into(backend, x, policy, grid, out, workspace)
//
// x: a feature_view, an any_feature_view, anything that an adapter turns into one (adapter.hpp), or, for the first
// three, a list of views of different sizes (one batch after the other). Results are float, or double for double
// activations. n = 0 gives no rows, c = 0 rows without components (crow_spatial_weights: H*W zeros). Errors name the
// shapes and leave the output untouched. Safe to call from many threads at once, with one workspace each; policies are
// values.
#pragma once

#include "backend/cpu/cpu.hpp"
#include "misuse.hpp"
#include "pool_list.hpp"
#include "run_call.hpp"
#if CNNPOOL_USES_LIBRARY
#include "library.hpp"
#endif

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Whether pool(backend, x, policy) compiles; if not, misuse.hpp has the sentence that says why.
template <class P, class X, class B = cpu>
concept pools = detail::of_pool<B, X, P> == detail::verdict::good;

/// Bytes that pool_into will need in its workspace for this call.
template <class B, class X, class P>
  requires(detail::of_bytes<B, X, P> == detail::verdict::good)
std::size_t workspace_bytes(const B& b, const X& x, const P& policy) {
  using D = detail::result_t<B, X>;
  if constexpr (view_list<X>) {
    return detail::list_call(b, x, policy).template measured<D>();
  } else {
    return detail::with_source<B>(x, [&](const auto& source) {
      detail::check_call(policy, source);
      detail::check_backend(b);
      return detail::measured<D>(b, source, policy);
    });
  }
}
/// The same, before there are any activations.
template <activation_scalar T, backend B, class Layout, pooling_policy P>
std::size_t workspace_bytes(const B& b, const shape& s, const Layout& layout, const P& policy) {
  const auto* nowhere = reinterpret_cast<const T*>(kernel::scratch::alignment);  // never read
  return workspace_bytes(b, feature_view<T, typename B::space>(nowhere, s, layout), policy);
}

/// out: descriptors, a descriptor_span, or an adapted matrix, with one row per image and descriptor_size(policy, shape)
/// columns; or a row d[i] of descriptors, for one image.
template <class B, class X, class P, class Out, workspace_memory W>
  requires(detail::of_pool_into<B, X, P, Out, W> == detail::verdict::good)
void pool_into(const B& b, const X& x, const P& policy, Out&& out, W& w) {
  const auto& to = detail::output_of(out);
  if constexpr (view_list<X>) {
    const detail::list_call call(b, x, policy);
    if (to.rows() != call.rows() || to.cols() != call.cols())
      raise("pool_into: output is ", to.rows(), " x ", to.cols(), ", policy ", detail::name_of(policy),
            " on a list of ", call.batches(), " views needs ", call.rows(), " x ", call.cols());
    if (call.rows() == 0 || call.cols() == 0) return;
    detail::in_workspace(w, [&](kernel::scratch& s) { call.run(s, detail::matrix_of(to)); });
  } else {
    detail::with_source<B>(x, [&](const auto& source) { detail::run_call(b, source, policy, to, w); });
  }
}
// The backend of these short forms is a template parameter, and so part of the function's name, because translation
// units compiled in different ways have different cpu backends.
template <class X, class P, class Out, class B = cpu>
  requires(detail::of_pool_into<B, X, P, Out, workspace> == detail::verdict::good)
void pool_into(const X& x, const P& policy, Out&& out, workspace& w) {
  pool_into(B{}, x, policy, std::forward<Out>(out), w);
}

/// One row per image, in memory of its own; for a list, the rows of each view after those of the one before it.
template <class B, class X, class P>
  requires(detail::of_pool<B, X, P> == detail::verdict::good)
typename detail::pool_result<B, X, detail::of_pool<B, X, P>>::type pool(const B& b, const X& x, const P& policy) {
  using D = detail::result_t<B, X>;
  workspace w;
  if constexpr (view_list<X>) {
    const detail::list_call call(b, x, policy);
    descriptors<D> out(call.rows(), call.cols());
    if (out.values().size() != 0)
      detail::in_workspace(w, [&](kernel::scratch& s) { call.run(s, detail::matrix_of(out.span())); });
    return out;
  } else {
    return detail::with_source<B>(x, [&](const auto& source) {
      const shape& e = source.extents();
      detail::check_call(policy, source);
      descriptors<D> out(e.n, descriptor_size(policy, e));
      detail::run_call(b, source, policy, out.span(), w);
      return out;
    });
  }
}
template <class X, class P, class B = cpu>
  requires(detail::of_pool<B, X, P> == detail::verdict::good)
typename detail::pool_result<B, X, detail::of_pool<B, X, P>>::type pool(const X& x, const P& policy) {
  return pool(B{}, x, policy);
}

/// (n * regions) x d: row i*regions + k is region k of image i.
template <class B, class X, class P, class G, class Out, workspace_memory W>
  requires(detail::of_regions_into<B, X, P, G, Out, W> == detail::verdict::good)
void pool_regions_into(const B& b, const X& x, const P& policy, const G& grid, Out&& out, W& w) {
  detail::with_source<B>(x, [&](const auto& source) {
    const shape& e = source.extents();
    detail::pool_regions_source_into(b, source, policy, grid.regions(e.h, e.w), detail::output_of(out), w);
  });
}

template <class B, class X, class P, class G>
  requires(detail::of_regions<B, X, P, G> == detail::verdict::good)
typename detail::pool_result<B, X, detail::of_regions<B, X, P, G>>::type pool_regions(const B& b, const X& x,
                                                                                      const P& policy, const G& grid) {
  using D = detail::result_t<B, X>;
  return detail::with_source<B>(x, [&](const auto& source) {
    const shape& e = source.extents();
    const auto regions = grid.regions(e.h, e.w);
    detail::check_regional_call(policy, regions, source);
    descriptors<D> out(e.n * regions.size(), descriptor_size(policy, e));
    workspace w;
    detail::pool_regions_source_into(b, source, policy, regions, out.span(), w);
    return out;
  });
}
template <class X, class P, class G, class B = cpu>
  requires(detail::of_regions<B, X, P, G> == detail::verdict::good)
typename detail::pool_result<B, X, detail::of_regions<B, X, P, G>>::type pool_regions(const X& x, const P& policy,
                                                                                      const G& grid) {
  return pool_regions(B{}, x, policy, grid);
}

}  // namespace cnnpool
