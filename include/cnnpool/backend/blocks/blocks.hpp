// All primitives as kernels of blocks of threads, for a backend that can launch them.
//
// A backend derives from block_backend<Backend> and says `space`, `accumulator<T>` and launch_blocks(kernel)
// (kernel.hpp). What has no kernel of its own here is one thread per result (for_each_backend.hpp).
#pragma once

#include "column_blocks.hpp"
#include "product_blocks.hpp"
#include "region_blocks.hpp"
#include "residual_blocks.hpp"
#include "row_blocks.hpp"
#include "self_weighted_blocks.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// f(i) for i = 0 .. count-1.
template <class F>
struct each_index {
  static constexpr int threads = 256;
  index_t count;
  F f;
  CNNPOOL_HD index_t blocks() const { return (count + threads - 1) / threads; }
  CNNPOOL_HD int steps() const { return 1; }
  CNNPOOL_HD int shared_bytes() const { return 0; }
  CNNPOOL_HD void run(int, index_t block, int thread, char*) const {
    const index_t i = block * threads + thread;
    if (i < count) f(i);
  }
};

}  // namespace detail

template <class Backend>
struct block_backend : for_each_backend<Backend> {
  template <class X, class F, class A>
  void fold(scratch& s, const X& x, const F& f, const matrix<A>& out) const {
    if (!s.measuring()) fold_lines(x, false, f, detail::unweighted{}, 0, out);
  }
  template <class X, class F, class A>
  void weighted_fold(scratch& s, const X& x, const position_weights<A>& w, const F& f, const matrix<A>& out) const {
    if (!s.measuring()) fold_lines(x, false, f, w.data, w.image_stride, out);
  }
  template <class X, class F, class A>
  void fold_channels(scratch& s, const X& x, const F& f, const matrix<A>& out) const {
    if (!s.measuring()) fold_lines(x, true, f, detail::unweighted{}, 0, out);
  }
  template <class A, class X, class F, class W, class G>
  bool reads_once(const X& x, const F&, const W&, const G&) const {
    return detail::self_weighted<X, F, W, G, A>::fits(x);
  }
  template <class X, class F, class W, class G, class A>
  void self_weighted_fold(scratch& s, const X& x, const F& channels, const W& weight, const G& fold,
                          const matrix<A>& results, const matrix<A>& out) const {
    using problem = detail::self_weighted<X, F, W, G, A>;
    using state = typename problem::state;
    problem all(x, channels, weight, fold, results, out);
    const scratch::frame frame(s);
    const index_t parts = all.slices > 1 ? x.extents().n * all.slices : 0;
    all.parts = static_cast<state*>(s.bytes(static_cast<std::size_t>(parts * x.extents().c) * sizeof(state)));
    all.scales = static_cast<detail::slice_scale<A>*>(s.bytes(static_cast<std::size_t>(parts) * 2 * sizeof(A)));
    if (s.measuring()) return;
    if constexpr (problem::quads > 0) launch(detail::self_weighted_blocks<X, F, W, G, A>(all));
    if (parts > 0) for_each(x.extents().n * x.extents().c, detail::merge_slices<problem>{all});
  }
  template <class X, class F, class R, class A>
  void fold_regions(scratch& s, const X& x, const F& f, const R& regions, const matrix<A>& out) const {
    using kernel = detail::region_blocks<X, F, R, A>;
    if (s.measuring()) return;
    if (kernel::fits(x)) launch(kernel(x, f, regions, out));
    else for_each_backend<Backend>::fold_regions(s, x, f, regions, out);
  }

  template <class X, class W, class A>
  void product(scratch& s, const X& x, const matrix<const W>& weights, const matrix<A>& out) const {
    if (s.measuring()) return;
    launch(detail::product_blocks<X, W, A>{{{x, true, out}, weights.data, weights.row_stride, 0, weights.rows}});
  }
  template <class X, class A>
  void weighted_sums(scratch& s, const X& x, const matrix<const A>& weights, const matrix<A>& out) const {
    const index_t positions = x.extents().positions();
    if (s.measuring()) return;
    launch(detail::product_blocks<X, A, A>{
        {{x, false, out}, weights.data, positions, weights.row_stride, weights.cols / positions}});
  }
  template <class X, class W, class A>
  void nearest(scratch& s, const X& x, const matrix<const W>& centres, const matrix<const double>& squared_norms,
               double factor, const matrix<A>& groups) const {
    if (s.measuring()) return;
    launch(detail::nearest_blocks<X, W, A>{
        {{x, true, groups}, centres.data, centres.row_stride, 0, centres.rows}, squared_norms, static_cast<A>(factor)});
  }

  template <class X, class W, class A>
  void group_residuals(scratch& s, const X& x, const matrix<const A>& groups, const matrix<const A>& scales,
                       const matrix<const A>& weights, const matrix<const W>& centres, const matrix<A>& out) const {
    using kernel = detail::residual_blocks<X, W, A>;
    if (s.measuring()) return;
    if (kernel::fits(centres)) launch(kernel(x, groups, scales, weights, centres, out));
    else for_each_backend<Backend>::group_residuals(s, x, groups, scales, weights, centres, out);
  }

  template <class F>
  void for_each(index_t count, const F& f) const {
    launch(detail::each_index<F>{count, f});
  }

 private:
  template <class K>
  void launch(const K& kernel) const {
    static_cast<const Backend&>(*this).launch_blocks(kernel);
  }
  template <class X, class F, class W, class A>
  void fold_lines(const X& x, bool over_channels, const F& f, const W& weights, index_t weights_stride,
                  const matrix<A>& out) const {
    const detail::block_fold<X, F, W, A> fold{{x, over_channels, out}, f, weights, weights_stride};
    if constexpr (X::kind != source_kind::columns)
      if (detail::folds_rows<X::kind>(fold.p)) return launch(detail::row_blocks<X, F, W, A>(fold));
    if constexpr (X::kind != source_kind::rows) launch(detail::column_blocks<X, F, W, A>(fold));
  }
};

}  // namespace cnnpool
