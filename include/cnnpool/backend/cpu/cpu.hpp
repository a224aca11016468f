// The CPU backend: SIMD packs, the instruction set chosen at run time, OpenMP or the user's own threads.
//
// The strides decide which of three kernels runs a fold: reduce_rows (elements of a result side by side),
// reduce_columns (results side by side), reduce_regions. Results do not depend on the number of threads or the split of
// a batch.
#pragma once

#include <utility>

#include "../../concepts.hpp"
#include "kernels/contract.hpp"
#include "kernels/nearest.hpp"
#include "kernels/reduce_columns.hpp"
#include "kernels/reduce_regions.hpp"
#include "kernels/residual_sums.hpp"
#include "kernels/transform.hpp"
#include "target.hpp"
#include "parallel.hpp"
#include "tiles.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

inline namespace CNNPOOL_CPU_VARIANT {

struct cpu {
  /// 0: as many as OpenMP has (one without OpenMP); with `parallel`, the number that it has. Small calls use fewer: a
  /// thread gets at least 1 MB.
  int threads = 0;
  /// The best instruction set that may be used; what the machine lacks is never used.
  instruction_set target = instruction_set::avx512;
  /// The user's own threads instead of OpenMP's. A call returns when all its tasks are done: called from one of these
  /// threads it would wait for itself, so there use threads = 1.
  parallel_for parallel = {};

  /// Raises what is wrong with the numbers above; called by pool and the like.
  void (check)() const {
    if (threads < 0) raise("cpu: threads is ", threads, ", expected 0 (as many as there are) or more");
    if (threads == 0 && parallel.run != nullptr)
      raise("cpu: parallel is set and threads is 0, expected the number of threads that it has");
  }

  using space = host_space;
  template <class T>
  using accumulator = accumulator_t<T>;
  /// For scalar types that are known only at run time, see source_kind.
  static constexpr bool converts_tiles = true;

  template <class X, class Over, class F, class A, class Operand = kernel::no_operand>
  void reduce(kernel::scratch& s, const X& x, const Over& over, const F& f, const kernel::matrix<A>& out,
              const Operand& operand = {}) const {
    constexpr bool over_whole_maps = std::is_same_v<Over, kernel::over_positions>;
    static_assert(over_whole_maps || std::is_same_v<Operand, kernel::no_operand>,
                  "cnnpool::cpu: an operand goes with the positions of whole maps, not with channels or regions");
    if constexpr (over_whole_maps && !std::is_same_v<Operand, kernel::no_operand>)
      reduce_lines(s, x, false, f, operand.data, operand.image_stride, out);
    else if constexpr (over_whole_maps || std::is_same_v<Over, kernel::over_channels>)
      reduce_lines(s, x, !over_whole_maps, f, detail::no_weights{}, 0, out);
    else
      reduce_regions(s, x, f, over, out);
  }

  template <class X, class Over, class W, class A, class Epilogue = kernel::store_sums>
  void contract(kernel::scratch& s, const X& x, const Over&, const kernel::matrix<const W>& weights,
                const kernel::matrix<A>& out, const Epilogue& epilogue = {}) const {
    constexpr bool channels = std::is_same_v<Over, kernel::over_channels>;
    static_assert(channels || std::is_same_v<Epilogue, kernel::store_sums>,
                  "cnnpool::cpu: the nearest is one over channels");
    using read = typename X::read_function;
    const auto from = detail::panel_source_of<A>(x, target);
    const auto pack = detail::packing_of<A>(target);
    if constexpr (std::is_same_v<Epilogue, kernel::store_nearest>) {
      run_nearest(s, detail::nearest_problem<read, W, A>{{x, false, out}, from, pack, x.read, weights, epilogue, out});
    } else if constexpr (channels) {
      run_contract(s, detail::contract_problem<read, W, A>{
                          {x, true, out}, from, pack, x.read, weights.data, weights.row_stride, 0, weights.rows});
    } else {
      const index_t positions = x.extents().positions();
      run_contract(s, detail::contract_problem<read, W, A>{{x, false, out}, from, pack, x.read, weights.data, positions,
                                                          weights.row_stride, weights.cols / positions});
    }
  }

  template <class X, class W, class A>
  void residual_sums(kernel::scratch& s, const X& x, const kernel::matrix<const A>& assignments,
                     const kernel::matrix<const A>& scales, const kernel::matrix<const A>& weights,
                     const kernel::matrix<const W>& centres, const kernel::matrix<A>& out) const {
    using read = typename X::read_function;
    const detail::residuals_problem<read, W, A> all{{x, true, out}, detail::panel_source_of<A>(x, target),
                                                    detail::packing_of<A>(target), x.read, assignments, scales, weights,
                                                    centres, out};
    const index_t items = all.runs() * x.extents().n;
    run_with_buffers<char>(s, workers_for(s, bytes_of(x), items), items, all.buffer(),
                           [&](char* buffer, index_t first, index_t last) {
                             using share = detail::residuals_share<read, W, A>;
                             detail::dispatch_to(target, share{all, first, last, buffer});
                           });
  }

  template <class D, class F, class... In>
  void transform(kernel::scratch& s, const kernel::matrix<D>& out, const F& f, const In&... in) const {
    const auto inputs = detail::inputs_of(in...);
    run(s, workers_for(s, bytes_of(out), out.rows), out.rows, [&](index_t, index_t first, index_t last) {
      if constexpr ((detail::has_type<D, In> && ...)) {
        detail::dispatch_to(target, detail::transform_share<D, F, In...>{out, f, inputs, first, last});
      } else {
        const detail::transform_at<D, F, detail::transform_inputs<In...>> one{out, f, inputs};
        for (index_t i = first * out.cols; i < last * out.cols; ++i) one(i);
      }
    });
  }

  template <class F>
  void for_each_index(kernel::scratch& s, index_t count, const F& f) const {
    const double work = static_cast<double>(count) * detail::index_work(f);
    run(s, workers_for(s, work, count), count, [&](index_t, index_t first, index_t last) {
      for (index_t i = first; i < last; ++i) f(i);
    });
  }

  /// Image by image (if little is read again, several at a time), with the images shared among the threads if measuring
  /// says that there is enough to do.
  template <class F>
  void for_each_cached_slice(kernel::scratch& s, index_t n, index_t again, const F& f) const {
    constexpr index_t in_cache = 1 << 18;
    const index_t size = again >= in_cache ? 1 : again == 0 || in_cache / again >= n ? n : in_cache / again;
    const index_t count = (n + size - 1) / size;
    cpu inner = *this;
    kernel::scratch one;
    index_t workers = 0;
    do {  // a second time where the slices share the threads: what one needs that has one thread
      one = {};
      f(inner, one, index_t{0}, size);
      if (workers != 0) break;
      const double work = one.work() / static_cast<double>(size) * static_cast<double>(n);
      if (s.measuring()) s.add_work(work);
      // Fewer slices than threads: every slice takes all threads instead, where it is enough for more of them.
      workers = shares(one.work(), thread_count()) > count ? 1 : shares(work, count);
      if (workers > 1) inner.threads = 1;
    } while (workers > 1);
    const index_t own = static_cast<index_t>(one.peak());
    run_with_buffers<char>(s, workers, count, own, [&](char* buffer, index_t first, index_t last) {
      kernel::scratch mine(buffer, static_cast<std::size_t>(own));
      for (index_t i = first; i < last; ++i) f(inner, mine, i * size, n - i * size < size ? n - i * size : size);
    });
  }

 private:
  template <class X, class F, class R, class A>
  void reduce_regions(kernel::scratch& s, const X& x, const F& f, const R& regions,
                      const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const shape& e = x.extents();
    const strides& st = x.view.stride();
    const detail::region_plan plan(s, regions, e.h, e.w);
    using T = typename X::value_type;
    using fused = detail::regions_share<detail::reduce_regions, T, typename X::read_function, F, A>;
    reduce_regions_of(s, detail::panel_source_of<detail::read_scalar<X, A, fused>>(x, target),
                      detail::reduction_geometry<A>(x, false, out), detail::map_geometry{e.h, e.w, st.h, st.w},
                      bytes_of(x), x.read, f, plan);
  }
  template <class T, class Read, class F, class A>
  void reduce_regions_of(kernel::scratch& s, const detail::panel_source<T>& from,
                         const detail::reduction_geometry<A>& p, const detail::map_geometry& map, double bytes,
                         const Read& read, const F& f, const detail::region_plan& plan) const {
    using baseline = detail::reduce_regions<detail::target_baseline, T, Read, F, A>;
    const bool adjacent_channels = p.outputs.inner_stride == 1;
    // A square of NCHW reads half lines; the other halves stay in the first-level cache until its neighbour comes.
    const bool small_map = map.h * map.w <= 128;
    index_t tile = adjacent_channels || small_map ? detail::region_channels<A> : detail::region_channels<A> / 2;
    // What has to be copied is copied a tile at a time.
    constexpr index_t least = 32 / static_cast<index_t>(sizeof(A)), copied = 1 << 19;
    while (tile > least && (tile * map.h * map.w > copied || tile / 2 >= p.outputs.count)) tile /= 2;
    const detail::tiles tiles(p.outputs, tile, p.images, !adjacent_channels);
    const index_t workers = workers_for(s, bytes * step_cost(f), tiles.count());
    constexpr index_t state_size = sizeof(typename F::template state<A>);
    const index_t of_cells = (plan.states_for(tile) * state_size + 63) / 64 * 64;
    const index_t copies = baseline::copies_for(plan, map.h, map.w, tile) * static_cast<index_t>(sizeof(T));
    const index_t own = of_cells + (copies + 63) / 64 * 64;
    run_with_buffers<char>(s, workers, tiles.count(), own, [&](char* mine, index_t first, index_t last) {
      detail::dispatch_to(target, detail::regions_share<detail::reduce_regions, T, Read, F, A>{
                                p, from, map, read, f, plan, mine, mine + of_cells, tiles, first, last});
    });
  }

  index_t thread_count() const { return threads > 0 ? threads : detail::available_threads(); }
  /// How many times as long as a sum a fold takes (a power with any exponent: 5 to 7).
  template <class F>
  static double step_cost(const F& f) {
    double cost = 1;
    detail::with_form(f, [&]<class G>(const G&) { cost = detail::takes_longer_than_reading<G> ? 6 : 1; });
    return cost;
  }
  template <class X>
  static double bytes_of(const X& x) {
    if constexpr (requires { x.extents(); })
      return static_cast<double>(detail::image_bytes(x)) * static_cast<double>(x.extents().n);
    else return static_cast<double>(x.rows) * static_cast<double>(x.cols) * sizeof(*x.data);
  }
  index_t shares(double work, index_t items) const { return detail::sharing(work, items, thread_count()); }
  /// The same for a primitive, whose work a scratch that measures adds up.
  index_t workers_for(kernel::scratch& s, double work, index_t items) const {
    if (s.measuring()) s.add_work(work);
    return shares(work, items);
  }

  /// f(worker, first, last) on contiguous shares of 0 .. items-1. Everything that computes comes through here, so this
  /// is where nothing is done if the scratch measures.
  template <class F>
  void run(const kernel::scratch& s, index_t workers, index_t items, const F& f) const {
    if (s.measuring()) return;
    detail::run_parallel(parallel, workers, [&](index_t w) {
      f(w, items / workers * w + (w < items % workers ? w : items % workers),
        items / workers * (w + 1) + (w + 1 < items % workers ? w + 1 : items % workers));
    });
  }
  /// f(buffer, first, last); every worker has `bytes` of its own.
  template <class T, class F>
  void run_with_buffers(kernel::scratch& s, index_t workers, index_t items, index_t bytes, const F& f) const {
    const kernel::scratch::frame frame(s);
    const std::size_t all = static_cast<std::size_t>(bytes) * static_cast<std::size_t>(workers);
    char* const buffers = static_cast<char*>(s.bytes(all));
    run(s, workers, items, [&](index_t worker, index_t first, index_t last) {
      f(reinterpret_cast<T*>(buffers + worker * bytes), first, last);
    });
  }

  template <class Read, class W, class A>
  void run_contract(kernel::scratch& s, const detail::contract_problem<Read, W, A>& all) const {
    const index_t blocks = all.blocks(), results = all.results, elements = all.p.elements.count;
    // A few rows against many weights, one query: the threads share the weights.
    const bool by_rows = blocks >= thread_count();
    const index_t groups = (results + 3) / 4, items = by_rows ? blocks : groups;
    const index_t work = (by_rows ? results : blocks * detail::contract_problem<Read, W, A>::block) * elements;
    const index_t workers = workers_for(s, static_cast<double>(items * work) / 16 * sizeof(A), items);
    run_with_buffers<A>(s, workers, items, all.buffer(), [&](A* buffer, index_t first, index_t last) {
      const index_t stop = by_rows || last * 4 > results ? results : last * 4;
      detail::dispatch_to(target, detail::contract_share<Read, W, A>{all, by_rows ? first : 0, by_rows ? last : blocks,
                                                              by_rows ? 0 : first * 4, stop, buffer});
    });
  }
  template <class Read, class W, class A>
  void run_nearest(kernel::scratch& s, const detail::nearest_problem<Read, W, A>& all) const {
    const double bytes = static_cast<double>(all.p.images * all.p.outputs.count * all.p.elements.count) * sizeof(A);
    const index_t workers = workers_for(s, bytes * (1 + static_cast<double>(all.centres.rows) / 16), all.blocks());
    run_with_buffers<A>(s, workers, all.blocks(), all.buffer(), [&](A* buffer, index_t first, index_t last) {
      detail::dispatch_to(target, detail::nearest_share<Read, W, A>{all, first, last, buffer});
    });
  }

  template <class X, class F, class W, class A>
  void reduce_lines(kernel::scratch& s, const X& x, bool channels, const F& f, const W& weights,
                    index_t weights_stride, const kernel::matrix<A>& out) const {
    using T = typename X::value_type;
    using fused = detail::fold_share<detail::reduce_columns, T, typename X::read_function, F, W, A>;
    reduce_lines_of<X::kind>(s, detail::panel_source_of<detail::read_scalar<X, A, fused>>(x, target),
                         detail::reduction_geometry<A>(x, channels, out), bytes_of(x) * step_cost(f),
                         x.read, f, weights, weights_stride);
  }
  template <kernel::source_kind Kind, class S, class Read, class F, class W, class A>
  void reduce_lines_of(kernel::scratch& s, const detail::panel_source<S>& from, detail::reduction_geometry<A> p,
                       double work, const Read& read, const F& f, const W& weights, index_t weights_stride) const {
    // Images side by side in memory would become columns, whose elements are added in another order than one image's.
    const bool same_order = p.image_stride != 1 || p.elements.count == 1 || p.elements.inner_stride == 1;
    if constexpr (!detail::differs_by_channel<F> && Kind != kernel::source_kind::columns)
      if (p.outputs.count == 1 && p.images > 1 && detail::fold_outputs<F> == 1 && weights_stride == 0 && same_order)
        p.images_as_outputs();
    const bool rows = detail::folds_rows<Kind>(p);
    // Long runs of memory, but enough tiles for the threads.
    const index_t outputs = p.outputs.count * p.images;
    const index_t share = outputs / shares(work, (outputs + 63) / 64) / 64 * 64;
    const index_t most = from.in_place ? detail::column_tile<A> : detail::panel_columns;
    const index_t columns = share < 64 ? 64 : share < most ? share : most;
    const detail::tiles tiles(p.outputs, rows ? detail::row_tile : columns, p.images, rows);
    const index_t workers = workers_for(s, work, tiles.count());
    if constexpr (Kind != kernel::source_kind::columns) {
      const auto run_rows = [&]<class G>(const G& g) {
        run(s, workers, tiles.count(), [&](index_t, index_t first, index_t last) {
          detail::dispatch_to(target, detail::fold_share<detail::reduce_rows, S, Read, G, W, A>{
                                    p, from, read, g, weights, weights_stride, tiles, first, last});
        });
      };
      using detail::fast_form;
      if constexpr (std::is_same_v<W, detail::no_weights>) {
        if (rows) return run_rows(fast_form(f));
      } else {
        if (rows) return run_rows(f);
      }
    }
    if constexpr (Kind != kernel::source_kind::rows)
      run(s, workers, tiles.count(), [&](index_t, index_t first, index_t last) {
        detail::dispatch_to(target, detail::fold_share<detail::reduce_columns, S, Read, F, W, A>{
                                  p, from, read, f, weights, weights_stride, tiles, first, last});
      });
  }
};

}  // namespace CNNPOOL_CPU_VARIANT
}  // namespace cnnpool
