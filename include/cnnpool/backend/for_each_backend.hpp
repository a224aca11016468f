// All primitives as "compute one result", for backends that run a function for every index: the reference backend's
// loop, Thrust's for_each, a kernel. A result takes its elements in logical order, 32 at a time: the same bits on every
// run and for any number of threads, and a sum of N elements with N/32 + 32 roundings.
//
// A backend derives from for_each_backend<Backend> and defines `space`, `accumulator<T>` and for_each(count, f), which
// calls f(i) for i = 0 .. count-1, in any order. The functions are structs, callable on a GPU without compiler flags.
#pragma once

#include "../concepts.hpp"
#include "../kernel/finish.hpp"
#include "transform_inputs.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

template <class R, class A>
CNNPOOL_HD void store_values(const R& result, const matrix<A>& out, index_t row, index_t col, index_t cols) {
  for (int k = 0; k < value_count<R>; ++k) out(row, k * cols + col) = value(result, k);
}

/// The state after n elements, where step(state, i) takes the i-th: 32 at a time, merged one after the other.
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

template <class F, class Read, class Operand>
struct step_from {
  const F& f;
  const Read& x;
  const Operand& operand;
  template <class S>
  CNNPOOL_HD S operator()(const S& s, index_t i) const {
    if constexpr (std::is_same_v<Operand, no_operand>) return f.step(s, x(i));
    else return f.step(s, x(i), operand.data[i]);
  }
};

/// The fold over x(0) .. x(n-1), with the operand's numbers.
template <class L, class F, class Read, class Operand>
CNNPOOL_HD auto fold_one(const F& f, index_t n, const Read& x, const Operand& operand) {
  const auto state = fold_state<L>(f, n, step_from<F, Read, Operand>{f, x, operand});
  if constexpr (std::is_same_v<Operand, no_operand>) return finished<L>(f, state, n, x);
  else return finished<L>(f, state, n, x, operand.data);
}

CNNPOOL_HD no_operand of_image(const no_operand& none, index_t) { return none; }
template <class A>
CNNPOOL_HD per_position<A> of_image(const per_position<A>& numbers, index_t n) {
  return {numbers.data + n * numbers.image_stride, 0};
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

template <class X, class F, class R, class A, class Operand>
struct reduce_regions_at {
  X x;
  F f;
  R regions;
  matrix<A> out;
  Operand operand;
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t channels = x.extents().c, count = regions.size(), c = i % channels, k = i / channels % count,
                n = i / channels / count;
    const box b = regions[k];
    store_values(fold_one<A>(for_channel<A>(f, c), b.h * b.w, position_reader<A, X>{x, n, c, b}, of_image(operand, n)),
                 out, n * count + k, c, channels);
  }
};

template <class X, class F, class A>
struct reduce_channels_at {
  X x;
  F f;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t p = i % e.positions(), n = i / e.positions();
    store_values(fold_one<A>(f, e.c, channel_reader<A, X>{x, n, p / e.w, p % e.w}, no_operand{}), out, n, p,
                 e.positions());
  }
};

/// SUM_i weights(row, first + i) x(i) over n elements.
template <class A, class W, class Read>
CNNPOOL_HD A product_one(const matrix<const W>& weights, index_t row, index_t at, index_t n, const Read& x) {
  A sum = 0;
  for (index_t first = 0; first < n; first += 32) {
    A part = 0;
    for (index_t i = first; i < n && i < first + 32; ++i) part += as_lane<A>(weights(row, at + i), {}) * x(i);
    sum += part;
  }
  return sum;
}

template <class X, class W, class A>
struct contract_channels_at {
  X x;
  matrix<const W> weights;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t p = i % e.positions(), j = i / e.positions() % weights.rows, n = i / e.positions() / weights.rows;
    out(n, j * e.positions() + p) =
        product_one<A>(weights, j, 0, e.c, channel_reader<A, X>{x, n, p / e.w, p % e.w});
  }
};

template <class X, class W, class A>
struct contract_positions_at {
  X x;
  matrix<const W> weights;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t count = weights.cols / e.positions(), c = i % e.c, j = i / e.c % count, n = i / e.c / count;
    out(n, j * e.c + c) = product_one<A>(weights, n, j * e.positions(), e.positions(),
                                         position_reader<A, X>{x, n, c, {0, 0, e.h, e.w}});
  }
};

template <class X, class W, class A>
struct nearest_at {
  X x;
  matrix<const W> centres;
  matrix<A> out;
  store_nearest order;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t p = i % e.positions(), n = i / e.positions();
    A smallest = limits<A>::above_all;
    index_t best = 0;
    for (index_t k = 0; k < centres.rows; ++k) {
      const A sum = product_one<A>(centres, k, 0, e.c, channel_reader<A, X>{x, n, p / e.w, p % e.w});
      const A value = static_cast<A>(order.squared_norms(k, 0)) - static_cast<A>(order.factor) * sum;
      if (value < smallest) smallest = value, best = k;
    }
    out(n, p) = static_cast<A>(best);
  }
};

template <class X, class W, class A>
struct residual_sums_at {
  X x;
  matrix<const A> assignments, scales, weights;
  matrix<const W> centres;
  matrix<A> out;
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t c = i % e.c, k = i / e.c % centres.rows, n = i / e.c / centres.rows;
    const A centre = static_cast<A>(centres(k, c));
    A sum = 0;
    for (index_t p = 0; p < e.positions(); ++p)
      if (static_cast<index_t>(assignments(n, p)) == k) {
        const A v = element<A>(x, n, c, p / e.w, p % e.w);
        const A residual = (scales.data == nullptr ? v : v * scales(n, p)) - centre;
        sum += weights.data == nullptr ? residual : residual * weights(n, p);
      }
    out(n, k * e.c + c) = sum;
  }
};

}  // namespace detail

template <class Backend>
struct for_each_backend {
  template <class X, class Over, class F, class A, class Operand = kernel::no_operand>
  void reduce(kernel::scratch& s, const X& x, const Over& over, const F& f, const kernel::matrix<A>& out,
              const Operand& operand = {}) const {
    const shape& e = x.extents();
    if constexpr (std::is_same_v<Over, kernel::over_channels>) {
      static_assert(std::is_same_v<Operand, kernel::no_operand>,
                    "cnnpool: an operand goes with positions, not with channels");
      run(s, e.n * e.positions(), detail::reduce_channels_at<X, F, A>{x, f, out});
    } else if constexpr (std::is_same_v<Over, kernel::over_positions>) {
      const auto all = whole_map{}.regions(e.h, e.w);
      using result = detail::reduce_regions_at<X, F, whole_map::list, A, Operand>;
      run(s, e.n * e.c, result{x, f, all, out, operand});
    } else {
      static_assert(std::is_same_v<Operand, kernel::no_operand>,
                    "cnnpool: an operand goes with whole maps, not with regions");
      run(s, e.n * over.size() * e.c, detail::reduce_regions_at<X, F, Over, A, Operand>{x, f, over, out, operand});
    }
  }
  template <class X, class Over, class W, class A, class Epilogue = kernel::store_sums>
  void contract(kernel::scratch& s, const X& x, const Over&, const kernel::matrix<const W>& weights,
                const kernel::matrix<A>& out, const Epilogue& epilogue = {}) const {
    const index_t n = x.extents().n, positions = x.extents().positions();
    if constexpr (std::is_same_v<Over, kernel::over_positions>) {
      static_assert(std::is_same_v<Epilogue, kernel::store_sums>, "cnnpool: the nearest centre is one over channels");
      run(s, out.rows * out.cols, detail::contract_positions_at<X, W, A>{x, weights, out});
    } else if constexpr (std::is_same_v<Epilogue, kernel::store_nearest>) {
      run(s, n * positions, detail::nearest_at<X, W, A>{x, weights, out, epilogue});
    } else {
      run(s, n * weights.rows * positions, detail::contract_channels_at<X, W, A>{x, weights, out});
    }
  }
  template <class X, class W, class A>
  void residual_sums(kernel::scratch& s, const X& x, const kernel::matrix<const A>& assignments,
                     const kernel::matrix<const A>& scales, const kernel::matrix<const A>& weights,
                     const kernel::matrix<const W>& centres, const kernel::matrix<A>& out) const {
    run(s, out.rows * out.cols, detail::residual_sums_at<X, W, A>{x, assignments, scales, weights, centres, out});
  }
  template <class D, class F, class... In>
  void transform(kernel::scratch& s, const kernel::matrix<D>& out, const F& f, const In&... in) const {
    using inputs = detail::transform_inputs<In...>;
    run(s, out.rows * out.cols, detail::transform_at<D, F, inputs>{out, f, detail::inputs_of(in...)});
  }
  template <class F, class B = Backend>
    requires requires(const B& b, const F& g) { b.for_each(index_t{}, g); }
  void for_each_index(kernel::scratch& s, index_t count, const F& f) const {
    run(s, count, f);
  }
  template <class F>
  void for_each_cached_slice(kernel::scratch& s, index_t n, index_t, const F& f) const {
    f(static_cast<const Backend&>(*this), s, 0, n);
  }

 private:
  template <class F>
  void run(const kernel::scratch& s, index_t count, const F& f) const {
    if (!s.measuring() && count > 0) static_cast<const Backend&>(*this).for_each(count, f);
  }
};

}  // namespace cnnpool
