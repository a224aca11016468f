// All primitives as "compute one result", for backends that run a function for every index: the reference backend's
// loop, Thrust's for_each, a kernel. A result takes its elements in logical order, 32 at a time: the same bits on every
// run and for any number of threads, and a sum of N elements with N/32 + 32 roundings.
//
// A backend derives from for_each_backend<Backend> and says `space`, `accumulator<T>` and for_each(count, f), calling
// f(i) for i = 0 .. count-1, in any order. The functions are structs, callable on a GPU without compiler flags.
#pragma once

#include "../concepts.hpp"
#include "../core/fold_traits.hpp"
#include "map_inputs.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

template <class R, class A>
CNNPOOL_HD void store_values(const R& result, const matrix<A>& out, index_t row, index_t col, index_t cols) {
  for (int k = 0; k < value_count<R>; ++k) out(row, k * cols + col) = value(result, k);
}

/// The state after n elements, step(state, i) taking the i-th: 32 at a time, merged one after the other.
template <class L, class F, class Step>
CNNPOOL_HD auto fold_state(const F& f, index_t n, const Step& step) {
  auto all = f.template init<L>();
  for (index_t first = 0; first < n; first += 32) {
    const index_t last = n - first < 32 ? n : first + 32;
    auto part = f.template init<L>();
    for (index_t i = first; i < last; ++i) part = step(part, i);
    all = f.merge(all, part);
  }
  return all;
}

template <class F, class Read>
struct step_from {
  const F& f;
  const Read& x;
  template <class S>
  CNNPOOL_HD S operator()(const S& s, index_t i) const {
    return f.step(s, x(i));
  }
};
template <class F, class Read, class A>
struct weighted_step_from {
  const F& f;
  const Read& x;
  const A* weights;
  template <class S>
  CNNPOOL_HD S operator()(const S& s, index_t i) const {
    return f.step(s, x(i), weights[i]);
  }
};

/// The fold over x(0) .. x(n-1).
template <class L, class F, class Read>
CNNPOOL_HD auto fold_one(const F& f, index_t n, const Read& x) {
  const auto state = fold_state<L>(f, n, step_from<F, Read>{f, x});
  if constexpr (requires { f.is_reliable(state); })
    if (!f.is_reliable(state)) return f.template exact<L>(n, x);
  return f.finish(state, n);
}

template <class L, class X>
struct position_reader {
  const X& x;
  index_t n, c;
  box b;
  CNNPOOL_HD L operator()(index_t i) const { return element<L>(x, n, c, b.h0 + i / b.w, b.w0 + i % b.w); }
};
template <class L, class X>
struct channel_reader {
  const X& x;
  index_t n, h, w;
  CNNPOOL_HD L operator()(index_t c) const { return element<L>(x, n, c, h, w); }
};

template <class X, class F, class R, class A>
struct fold_regions_at {
  X x;
  F f;
  R regions;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t channels = x.extents().c, count = regions.size(), c = i % channels, k = i / channels % count,
                n = i / channels / count;
    const box b = regions[k];
    store_values(fold_one<A>(for_channel<A>(f, c), b.h * b.w, position_reader<A, X>{x, n, c, b}), out, n * count + k, c,
                 channels);
  }
};

template <class X, class F, class A>
struct weighted_fold_at {
  X x;
  F f;
  position_weights<A> weights;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t c = i % e.c, n = i / e.c;
    using reader = position_reader<A, X>;
    const reader read{x, n, c, {0, 0, e.h, e.w}};
    const weighted_step_from<F, reader, A> step{f, read, weights.data + n * weights.image_stride};
    store_values(f.finish(fold_state<A>(f, e.positions(), step), e.positions()), out, n, c, e.c);
  }
};

template <class X, class F, class A>
struct fold_channels_at {
  X x;
  F f;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t p = i % e.positions(), n = i / e.positions();
    store_values(fold_one<A>(f, e.c, channel_reader<A, X>{x, n, p / e.w, p % e.w}), out, n, p, e.positions());
  }
};

template <class X, class W, class A>
struct product_at {
  X x;
  matrix<const W> weights;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t p = i % e.positions(), j = i / e.positions() % weights.rows, n = i / e.positions() / weights.rows;
    A sum = 0;
    for (index_t first = 0; first < e.c; first += 32) {
      A part = 0;
      for (index_t c = first; c < e.c && c < first + 32; ++c)
        part += static_cast<A>(weights(j, c)) * element<A>(x, n, c, p / e.w, p % e.w);
      sum += part;
    }
    out(n, j * e.positions() + p) = sum;
  }
};

template <class X, class A>
struct weighted_sums_at {
  X x;
  matrix<const A> weights;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t count = weights.cols / e.positions(), c = i % e.c, j = i / e.c % count, n = i / e.c / count;
    A sum = 0;
    for (index_t first = 0; first < e.positions(); first += 32) {
      A part = 0;
      for (index_t p = first; p < e.positions() && p < first + 32; ++p)
        part += weights(n, j * e.positions() + p) * element<A>(x, n, c, p / e.w, p % e.w);
      sum += part;
    }
    out(n, j * e.c + c) = sum;
  }
};

template <class X, class W, class A>
struct group_residuals_at {
  X x;
  matrix<const A> groups, scales, weights;
  matrix<const W> centres;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t c = i % e.c, k = i / e.c % centres.rows, n = i / e.c / centres.rows;
    const A centre = static_cast<A>(centres(k, c));
    A sum = 0;
    for (index_t p = 0; p < e.positions(); ++p)
      if (static_cast<index_t>(groups(n, p)) == k) {
        const A v = element<A>(x, n, c, p / e.w, p % e.w);
        const A residual = (scales.data == nullptr ? v : v * scales(n, p)) - centre;
        sum += weights.data == nullptr ? residual : residual * weights(n, p);
      }
    out(n, k * e.c + c) = sum;
  }
};

template <class A>
CNNPOOL_HD A map_input(const matrix<A>& m, index_t i, index_t j) {
  return m(i, j);
}
template <class A>
CNNPOOL_HD A map_input(const matrix<const A>& m, index_t i, index_t j) {
  return m(i, j);
}
template <class A>
CNNPOOL_HD A map_input(const per_row<A>& m, index_t i, index_t) {
  return m.column(i, 0);
}
template <class A>
CNNPOOL_HD A map_input(const row_index&, index_t i, index_t) {
  return static_cast<A>(i);
}
template <class A>
CNNPOOL_HD A map_input(const column_index&, index_t, index_t j) {
  return static_cast<A>(j);
}

template <class A>
struct element_of {
  index_t i, j;
  template <class In>
  CNNPOOL_HD A operator()(const In& in) const {
    return map_input<A>(in, i, j);
  }
};

template <class A, class F, class Inputs>
struct map_at {
  matrix<A> out;
  F f;
  Inputs inputs;
  CNNPOOL_HD void operator()(index_t k) const {
    const index_t i = k / out.cols, j = k % out.cols;
    out(i, j) = inputs.apply(element_of<A>{i, j}, f);
  }
};

template <class In, class Out>
struct convert_at {
  matrix<In> in;
  matrix<Out> out;
  CNNPOOL_HD void operator()(index_t k) const {
    out(k / out.cols, k % out.cols) = static_cast<Out>(in(k / out.cols, k % out.cols));
  }
};

}  // namespace detail

template <class Backend>
struct for_each_backend {
  template <class X, class F, class A>
  void fold(scratch& s, const X& x, const F& f, const matrix<A>& out) const {
    fold_regions(s, x, f, whole_map{}.regions(x.extents().h, x.extents().w), out);
  }
  template <class X, class F, class A>
  void weighted_fold(scratch& s, const X& x, const position_weights<A>& w, const F& f, const matrix<A>& out) const {
    run(s, x.extents().n * x.extents().c, detail::weighted_fold_at<X, F, A>{x, f, w, out});
  }
  template <class X, class F, class A>
  void fold_channels(scratch& s, const X& x, const F& f, const matrix<A>& out) const {
    run(s, x.extents().n * x.extents().positions(), detail::fold_channels_at<X, F, A>{x, f, out});
  }
  template <class X, class F, class R, class A>
  void fold_regions(scratch& s, const X& x, const F& f, const R& regions, const matrix<A>& out) const {
    run(s, x.extents().n * regions.size() * x.extents().c, detail::fold_regions_at<X, F, R, A>{x, f, regions, out});
  }
  template <class X, class W, class A>
  void product(scratch& s, const X& x, const matrix<const W>& weights, const matrix<A>& out) const {
    run(s, x.extents().n * weights.rows * x.extents().positions(), detail::product_at<X, W, A>{x, weights, out});
  }
  template <class X, class A>
  void weighted_sums(scratch& s, const X& x, const matrix<const A>& weights, const matrix<A>& out) const {
    run(s, out.rows * out.cols, detail::weighted_sums_at<X, A>{x, weights, out});
  }
  template <class X, class W, class A>
  void group_residuals(scratch& s, const X& x, const matrix<const A>& groups, const matrix<const A>& scales,
                       const matrix<const A>& weights, const matrix<const W>& centres, const matrix<A>& out) const {
    run(s, out.rows * out.cols, detail::group_residuals_at<X, W, A>{x, groups, scales, weights, centres, out});
  }
  template <class F>
  void each(scratch& s, index_t count, const F& f) const {
    run(s, count, f);
  }
  template <class A, class F, class... In>
  void map(scratch& s, const matrix<A>& out, const F& f, const In&... in) const {
    run(s, out.rows * out.cols, detail::map_at<A, F, detail::map_inputs<In...>>{out, f, detail::inputs_of(in...)});
  }
  template <class In, class Out>
  void convert(scratch& s, const matrix<In>& in, const matrix<Out>& out) const {
    run(s, out.rows * out.cols, detail::convert_at<In, Out>{in, out});
  }
  template <class F>
  void slices(scratch& s, index_t n, index_t, const F& f) const {
    f(static_cast<const Backend&>(*this), s, 0, n);
  }

 private:
  template <class F>
  void run(const scratch& s, index_t count, const F& f) const {
    if (!s.measuring() && count > 0) static_cast<const Backend&>(*this).for_each(count, f);
  }
};

}  // namespace cnnpool
