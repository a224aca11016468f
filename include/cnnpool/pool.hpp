// pool: activations in, descriptors out. pool_into: the same without an allocation.
//
//   descriptors d = pool(x, policy)                 one row per image; pool(backend, x, policy) to choose the backend
//   pool_into(backend, x, policy, out, workspace)   writes to out; allocates nothing once the workspace is warm
//   workspace_bytes(backend, x, policy)             what the workspace will have to hold
//   pool_regions(x, policy, grid)                   one row per image and region (training data for a whitening)
//   pool_regions_into(backend, x, policy, grid, out, workspace)
//
// x: a feature_view, an any_feature_view, whatever an adapter turns into one (adapter.hpp), or a range of views of
// different sizes (one batch after the other). Results are float, double for double activations. n = 0 gives no rows,
// c = 0 rows without components (crow_spatial_weights: H*W zeros). Errors name the shapes and leave the output
// untouched. Safe to call from many threads at once, with one workspace each; policies are values.
#pragma once

#include <ranges>
#include <type_traits>
#include <vector>

#include "adapter.hpp"
#include "backend/cpu/cpu.hpp"
#include "misuse.hpp"
#include "run_call.hpp"
#if CNNPOOL_USES_LIBRARY
#include "library.hpp"
#endif

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Bytes that pool_into will need in its workspace for this call.
template <backend B, viewable X, pooling_policy P>
std::size_t workspace_bytes(const B& b, const X& x, const P& policy) {
  using D = detail::result_t<B, X>;
  return detail::with_source<B>(x, [&](const auto& source) {
    detail::check_call(policy, source.extents());
    return detail::measured<D>(b, source, policy);
  });
}
/// The same before there are any activations.
template <activation_scalar T, backend B, class Layout, pooling_policy P>
std::size_t workspace_bytes(const B& b, const shape& s, const Layout& layout, const P& policy) {
  const auto* nowhere = reinterpret_cast<const T*>(scratch::alignment);  // never read
  return workspace_bytes(b, feature_view<T, typename B::space>(nowhere, s, layout), policy);
}

/// out: descriptors, a descriptor_span, or an adapted matrix, n x descriptor_size(policy, shape).
template <backend B, viewable X, pooling_policy P, class Out, workspace_memory W>
void pool_into(const B& b, const X& x, const P& policy, Out&& out, W& w) {
  static_assert(detail::has_output<Out>,
                "cnnpool::pool_into: the output is neither descriptors nor a descriptor_span nor an adapted matrix");
  if constexpr (detail::has_output<Out>) {
    detail::with_source<B>(x, [&](const auto& source) {
      detail::run_call(b, source, policy, detail::output_of(out), w);
    });
  }
}
// The backend of these short forms is a template parameter, and so part of the function's name, because translation
// units compiled in different ways have different cpu backends.
template <viewable X, pooling_policy P, class Out, class B = cpu>
void pool_into(const X& x, const P& policy, Out&& out, workspace& w) {
  pool_into(B{}, x, policy, std::forward<Out>(out), w);
}

template <backend B, viewable X, pooling_policy P>
auto pool(const B& b, const X& x, const P& policy) {
  detail::check_host_result<B>();
  using D = detail::result_t<B, X>;
  return detail::with_source<B>(x, [&](const auto& source) {
    const shape& e = source.extents();
    detail::check_call(policy, e);
    descriptors<D> out(e.n, descriptor_size(policy, e));
    workspace w;
    detail::run_call(b, source, policy, out.span(), w);
    return out;
  });
}

template <backend B, view_list X, pooling_policy P>
auto pool(const B& b, const X& batches, const P& policy) {
  detail::check_host_result<B>();
  using D = detail::result_t<B, std::ranges::range_value_t<const X>>;
  using item = std::ranges::range_reference_t<const X>;
  using view = std::remove_cvref_t<decltype(detail::view_of(*std::ranges::begin(batches)))>;
  // A range may make its images when they are asked for: those are gone when the next one comes.
  constexpr bool stays = std::is_lvalue_reference_v<item> || detail::is_view<std::remove_cvref_t<item>> ||
                         detail::is_source<std::remove_cvref_t<item>>;
  std::vector<view> views;
  std::vector<index_t> first_row;
  index_t rows = 0, d = 0, bytes = 0;
  for (const auto& x : batches) {
    const index_t position = static_cast<index_t>(first_row.size());
    first_row.push_back(rows);
    const auto count = [&](const auto& source) {
      detail::check_spaces<B, std::remove_cvref_t<decltype(source)>, host_space, workspace::space>();
      const shape& e = source.extents();
      detail::check_call(policy, e);
      const index_t size = descriptor_size(policy, e);
      if (position == 0) d = size;
      if (size != d)
        raise("pool: view ", position, " of the list is ", to_string(e), " and gives ", size,
              " components, the views before it gave ", d);
      rows += e.n;
      bytes += e.n * detail::image_bytes(source);
    };
    if constexpr (stays) detail::with_source<B>(views.emplace_back(detail::view_of(x)), count);
    else detail::with_source<B>(x, count);
  }
  descriptors<D> out(rows, d);
  if (out.size() == 0) return out;
  const auto rows_of = [&](std::size_t i, const auto& source) {
    return out.span().row_range(first_row[i], source.extents().n);
  };
  workspace w;
  if constexpr (stays) {
    // The views are to the backend's threads what the images of a batch are.
    const index_t count = static_cast<index_t>(views.size());
    const auto pool_some = [&](const auto& b_, scratch& own, index_t first, index_t n) {
      const bool all = own.measuring();  // the largest says what a thread needs
      for (index_t i = all ? 0 : first; i < (all ? count : first + n); ++i) {
        const std::size_t at = static_cast<std::size_t>(i);
        detail::with_source<B>(views[at], [&](const auto& source) {
          const auto to = rows_of(at, source);
          if (to.rows() > 0) detail::run_converted(b_, own, source, policy, detail::matrix_of(to));
        });
      }
    };
    detail::in_workspace(
        w, [&](scratch& s) { b.for_each_cached_slice(s, count, bytes / count, bytes / count, pool_some); });
  } else {
    std::size_t at = 0;
    for (const auto& x : batches)
      detail::with_source<B>(x, [&](const auto& source) {
        detail::run_call(b, source, policy, rows_of(at++, source), w);
      });
  }
  return out;
}

template <class X, pooling_policy P, class B = cpu>
  requires(viewable<X> || view_list<X>)
auto pool(const X& x, const P& policy) {
  return pool(B{}, x, policy);
}

/// (n * regions) x d: row i*regions + k is region k of image i.
template <backend B, viewable X, pooling_policy P, region_grid G, class Out, workspace_memory W>
  requires(detail::has_output<Out>)
void pool_regions_into(const B& b, const X& x, const P& policy, const G& grid, Out&& out, W& w) {
  detail::with_source<B>(x, [&](const auto& source) {
    const shape& e = source.extents();
    detail::pool_regions_source_into(b, source, policy, grid.regions(e.h, e.w), detail::output_of(out), w);
  });
}

template <backend B, viewable X, pooling_policy P, region_grid G>
auto pool_regions(const B& b, const X& x, const P& policy, const G& grid) {
  detail::check_host_result<B>();
  using D = detail::result_t<B, X>;
  return detail::with_source<B>(x, [&](const auto& source) {
    const shape& e = source.extents();
    const auto regions = grid.regions(e.h, e.w);
    detail::check_regional_call(policy, regions, e);
    descriptors<D> out(e.n * regions.size(), descriptor_size(policy, e));
    workspace w;
    detail::pool_regions_source_into(b, source, policy, regions, out.span(), w);
    return out;
  });
}
template <viewable X, pooling_policy P, region_grid G, class B = cpu>
auto pool_regions(const X& x, const P& policy, const G& grid) {
  return pool_regions(B{}, x, policy, grid);
}

}  // namespace cnnpool
