// The work of a fold in pieces, and a worker's share of them.
#pragma once

#include "../reduction_geometry.hpp"
#include "load.hpp"
#include "panel/panel.hpp"
#include "region_plan.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// The outputs of all images, cut into tiles that stay inside a channel block where outputs must be adjacent.
struct tiles {
  two_level_axis outputs;
  index_t size, images, run, per_run;

  tiles(const two_level_axis& o, index_t size_, index_t images_, bool any) : outputs(o), size(size_), images(images_) {
    run = any ? o.count : o.inner;
    per_run = (run + size - 1) / size;
  }
  index_t per_image() const { return (outputs.count + run - 1) / run * per_run; }
  index_t count() const { return images * per_image(); }
  /// f(image, first output, count) for tiles first .. last-1.
  template <class F>
  CNNPOOL_INLINE void visit(index_t first, index_t last, const F& f) const {
    index_t n = first / per_image(), r = first % per_image() / per_run, t = first % per_run;
    for (; first < last; ++first) {
      const index_t from = r * run + t * size, stop = (r + 1) * run < outputs.count ? (r + 1) * run : outputs.count;
      if (from < stop) f(n, from, stop - from < size ? stop - from : size);
      if (++t < per_run) continue;
      t = 0;
      if ((r += 1) * run < outputs.count) continue;
      r = 0;
      ++n;
    }
  }
};

/// A worker's share of a fold: tiles first .. last-1.
template <template <class, class, class, class, class, class> class Kernel, class T, class Read, class F, class W,
          class A>
struct fold_share {
  static constexpr bool up_to_avx2 = Kernel<target_baseline, T, Read, F, W, A>::up_to_avx2;

  const reduction_geometry<A>& p;
  const panel_source<T>& from;
  const Read& read;
  const F& f;
  const W& weights;
  index_t weights_stride;
  const tiles& all;
  index_t first, last;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    const reader<Target, T, Read, A> reader_(from.scale, read);
    all.visit(first, last, [&](index_t n, index_t o, index_t count) CNNPOOL_LAMBDA {
      Kernel<Target, T, Read, F, W, A>{p, from, f, weights_of(n), reader_}(n, o, count);
    });
  }
  CNNPOOL_INLINE W weights_of(index_t n) const {
    if constexpr (std::is_pointer_v<W>) return weights + n * weights_stride;
    else return weights;
  }
};

/// The same for a fold over regions, with its memory.
template <template <class, class, class, class, class> class Kernel, class T, class Read, class F, class A>
struct regions_share {
  static constexpr bool up_to_avx2 = true;

  const reduction_geometry<A>& p;
  const panel_source<T>& from;
  const map_geometry& map;
  const Read& read;
  const F& f;
  const region_plan& plan;
  char *cells, *copies;
  const tiles& all;
  index_t first, last;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    using kernel = Kernel<Target, T, Read, F, A>;
    all.visit(first, last, kernel{p, from, map, f, plan, reinterpret_cast<typename kernel::state*>(cells),
                                  reinterpret_cast<T*>(copies), reader<Target, T, Read, A>(from.scale, read)});
  }
};

}  // namespace cnnpool::detail
