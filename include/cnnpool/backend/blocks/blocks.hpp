// All primitives as kernels for blocks of threads, for a backend that can launch them.
//
// A backend derives from block_backend<Backend> and defines `space`, `accumulator<T>` and launch_blocks(kernel)
// (kernel.hpp). What has no kernel of its own here runs with one thread per result (for_each_backend.hpp).
#pragma once

#include "kernels/reduce_columns.hpp"
#include "kernels/contract.hpp"
#include "kernels/reduce_regions.hpp"
#include "kernels/residual_sums.hpp"
#include "kernels/reduce_rows.hpp"
#include "kernels/channel_gated_reduce.hpp"

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
  using one_by_one = for_each_backend<Backend>;

  template <class X, class Over, class F, class A, class Operand = kernel::no_operand>
  void reduce(kernel::scratch& s, const X& x, const Over& over, const F& f, const kernel::matrix<A>& out,
              const Operand& operand = {}) const {
    constexpr bool over_whole_maps = std::is_same_v<Over, kernel::over_positions>,
                   plain = std::is_same_v<Operand, kernel::no_operand>;
    static_assert(over_whole_maps || plain, "cnnpool: an operand goes with the positions of whole maps");
    if constexpr (!plain) {
      reduce_lines(s, x, false, f, operand.data, operand.image_stride, out);
    } else if constexpr (over_whole_maps || std::is_same_v<Over, kernel::over_channels>) {
      reduce_lines(s, x, !over_whole_maps, f, detail::unweighted{}, 0, out);
    } else {
      using kernel = detail::region_blocks<X, F, Over, A>;
      if (kernel::fits(x)) launch(s, kernel(x, f, over, out));
      else one_by_one::reduce(s, x, over, f, out);
    }
  }
  template <class A, class X, class F, class W, class G>
  bool can_fuse(const X& x, const F&, const W&, const G&) const {
    return detail::channel_gated<X, F, W, G, A>::fits(x);
  }
  template <class X, class F, class W, class G, class A>
  void channel_gated_reduce(kernel::scratch& s, const X& x, const F& channels, const W& weight, const G& fold,
                          const kernel::matrix<A>& results, const kernel::matrix<A>& out) const {
    using problem = detail::channel_gated<X, F, W, G, A>;
    using state = typename problem::state;
    problem all(x, channels, weight, fold, results, out);
    const kernel::scratch::frame frame(s);
    const index_t parts = all.slices > 1 ? x.extents().n * all.slices : 0;
    all.parts = static_cast<state*>(s.bytes(static_cast<std::size_t>(parts * x.extents().c) * sizeof(state)));
    all.scales = static_cast<detail::slice_scale<A>*>(s.bytes(static_cast<std::size_t>(parts) * 2 * sizeof(A)));
    if constexpr (problem::quads > 0) launch(s, detail::channel_gated_blocks<X, F, W, G, A>(all));
    if (parts > 0) this->for_each_index(s, x.extents().n * x.extents().c, detail::merge_slices<problem>{all});
  }

  template <class X, class Over, class W, class A, class Epilogue = kernel::store_sums>
  void contract(kernel::scratch& s, const X& x, const Over&, const kernel::matrix<const W>& weights,
                const kernel::matrix<A>& out, const Epilogue& epilogue = {}) const {
    constexpr bool channels = std::is_same_v<Over, kernel::over_channels>,
                   sums = std::is_same_v<Epilogue, kernel::store_sums>;
    static_assert(channels || sums, "cnnpool: the nearest centre is one over channels");
    const index_t positions = x.extents().positions();
    if constexpr (!sums)
      launch(s, detail::nearest_blocks<X, W, A>{{{x, true, out}, weights.data, weights.row_stride, 0, weights.rows},
                                                epilogue.squared_norms, static_cast<A>(epilogue.factor)});
    else if constexpr (channels)
      launch(s, detail::contract_blocks<X, W, A>{{{x, true, out}, weights.data, weights.row_stride, 0, weights.rows}});
    else
      launch(s, detail::contract_blocks<X, W, A>{
                    {{x, false, out}, weights.data, positions, weights.row_stride, weights.cols / positions}});
  }

  template <class X, class W, class A>
  void residual_sums(kernel::scratch& s, const X& x, const kernel::matrix<const A>& assignments,
                     const kernel::matrix<const A>& scales, const kernel::matrix<const A>& weights,
                     const kernel::matrix<const W>& centres, const kernel::matrix<A>& out) const {
    using kernel = detail::residual_blocks<X, W, A>;
    if (kernel::fits(centres)) launch(s, kernel(x, assignments, scales, weights, centres, out));
    else one_by_one::residual_sums(s, x, assignments, scales, weights, centres, out);
  }

  template <class F>
  void for_each(index_t count, const F& f) const {
    static_cast<const Backend&>(*this).launch_blocks(detail::each_index<F>{count, f});
  }

 private:
  /// Every kernel except for_each's is launched here, so this is where nothing is done if the scratch measures.
  template <class K>
  void launch(const kernel::scratch& s, const K& kernel) const {
    if (!s.measuring()) static_cast<const Backend&>(*this).launch_blocks(kernel);
  }
  template <class X, class F, class W, class A>
  void reduce_lines(const kernel::scratch& s, const X& x, bool channels, const F& f, const W& weights,
                    index_t weights_stride, const kernel::matrix<A>& out) const {
    const detail::block_fold<X, F, W, A> fold{{x, channels, out}, f, weights, weights_stride};
    if constexpr (X::kind != kernel::source_kind::columns)
      if (detail::folds_rows<X::kind>(fold.p)) return launch(s, detail::row_blocks<X, F, W, A>(fold));
    if constexpr (X::kind != kernel::source_kind::rows) launch(s, detail::column_blocks<X, F, W, A>(fold));
  }
};

}  // namespace cnnpool
