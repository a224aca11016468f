// regional(policy, grid): pool every region of a grid with any policy and add the regional vectors,
//   out = SUM_k policy(x restricted to region k).       D = D of the policy.
//
// The policy may be a chain, so R-MAC is regional(max() | l2{}, rmac_grid{}) | l2{}, and a whitening learned on
// regional vectors goes in between: max() | l2{} | whiten | l2{}. A fold over overlapping regions shares the work.
#pragma once

#include <string>

#include "../kernel/run_policy.hpp"
#include "regions.hpp"
#include "sum.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// The rows of m as maps of one column: map i has row i*step + j at position j.
template <class Space, class A>
auto row_groups(const matrix<A>& m, index_t step, index_t count, index_t maps) {
  using T = std::remove_const_t<A>;
  return as_source<source_kind::columns>(feature_view<T, Space>(m.data, {maps, m.cols, count, 1},
                                                          strides{m.row_stride * step, 1, m.row_stride, 0}));
}

}  // namespace detail

template <pooling_policy P, region_grid G>
struct regional_policy {
  P policy;
  G grid;

  index_t descriptor_size(const shape& s) const { return cnnpool::descriptor_size(policy, s); }
  void (check)() const { detail::check_numbers(policy); }
  void (check)(const shape& s) const {
    const auto regions = grid.regions(s.h, s.w);
    if (regions.size() == 0) raise("regional: the grid has no region on a map of ", s.h, " x ", s.w);
    const index_t d = cnnpool::descriptor_size(policy, s);
    detail::check_regions(regions, s, "regional", [&](index_t k, const shape& part) {
      detail::check_shape(policy, part);
      const index_t size = cnnpool::descriptor_size(policy, part);
      if (size != d) raise("regional: region ", k, " gives ", size, " components, the whole map ", d);
    });
  }
  bool reads_grid() const { return true; }
  std::string full_name() const { return "regional(" + detail::name_of(policy) + ")"; }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const shape& e = x.extents();
    const auto regions = grid.regions(e.h, e.w);
    const index_t again = detail::pools_in_one_pass<P> ? 0 : detail::image_bytes(x);
    const index_t of_regions = regions.size() * out.cols * static_cast<index_t>(sizeof(A));
    b.for_each_cached_slice(s, e.n, again + of_regions, [&](const auto& b_, kernel::scratch& own, index_t first,
                                                            index_t count) {
      const kernel::scratch::frame frame(own);
      const kernel::matrix<A> rows = own.make<A>(count * regions.size(), out.cols);
      detail::run_regions(b_, own, x.images(first, count), policy, regions, rows);
      b_.reduce(own, detail::row_groups<typename B::space>(rows, regions.size(), regions.size(), count),
                kernel::over_positions{}, sum{}, out.row_range(first, count));
    });
  }
};

template <pooling_policy P, region_grid G>
regional_policy<P, G> regional(const P& policy, const G& grid) {
  return {policy, grid};
}
template <class P, class G>
  requires(!pooling_policy<P>)
detail::nothing regional(const P&, const G&) CNNPOOL_UNAVAILABLE("cnnpool::regional: the first argument is not a policy; put a policy in front of a stage: policy | stage");
template <pooling_policy P, class G>
  requires(!region_grid<G>)
detail::nothing regional(const P&, const G&) CNNPOOL_UNAVAILABLE("cnnpool::regional: the second argument is not a region grid; a grid has regions(h, w), e.g. rmac_grid{}");

}  // namespace cnnpool
