// The dullest possible backend: one element at a time, in logical order, in double. Everything else is compared to it.
#pragma once

#include "../../concepts.hpp"
#include "../../core/fold_traits.hpp"

namespace cnnpool {

struct reference {
  using space = host_space;
  template <class T>
  using accumulator = double;

  template <class X, class F>
  void fold(scratch& s, const X& x, const F& f, const matrix<double>& out) const {
    fold_regions(s, x, f, whole_map{}.regions(x.extents().h, x.extents().w), out);
  }

  template <class X, class F>
  void weighted_fold(scratch& s, const X& x, const position_weights<double>& w, const F& f,
                     const matrix<double>& out) const {
    if (s.measuring()) return;
    const shape& e = x.extents();
    for (index n = 0; n < e.n; ++n)
      for (index c = 0; c < e.c; ++c) {
        auto state = f.template init<double>();
        for (index i = 0; i < e.positions(); ++i)
          state = f.step(state, element<double>(x, n, c, i / e.w, i % e.w), w.data[n * w.image_stride + i]);
        store(f.finish(state, e.positions()), out, n, c, e.c);
      }
  }

  template <class X, class F>
  void fold_channels(scratch& s, const X& x, const F& f, const matrix<double>& out) const {
    if (s.measuring()) return;
    const shape& e = x.extents();
    for (index n = 0; n < e.n; ++n)
      for (index i = 0; i < e.positions(); ++i)
        store(fold_one(f, e.c, [&](index c) { return element<double>(x, n, c, i / e.w, i % e.w); }), out, n, i,
              e.positions());
  }

  template <class X, class F, class R>
  void fold_regions(scratch& s, const X& x, const F& f, const R& regions, const matrix<double>& out) const {
    if (s.measuring()) return;
    const shape& e = x.extents();
    const index count = regions.size();
    for (index n = 0; n < e.n; ++n)
      for (index k = 0; k < count; ++k)
        for (index c = 0; c < e.c; ++c) {
          const box b = regions[k];
          const auto read = [&](index i) { return element<double>(x, n, c, b.h0 + i / b.w, b.w0 + i % b.w); };
          store(fold_one(detail::for_channel<double>(f, c), b.h * b.w, read), out, n * count + k, c, e.c);
        }
  }

  template <class F, class... In>
  void map(scratch& s, const matrix<double>& out, const F& f, const In&... in) const {
    if (s.measuring()) return;
    for (index i = 0; i < out.rows; ++i)
      for (index j = 0; j < out.cols; ++j) out(i, j) = f(input(in, i, j)...);
  }

  template <class In, class Out>
  void convert(scratch& s, const matrix<In>& in, const matrix<Out>& out) const {
    if (s.measuring()) return;
    for (index i = 0; i < out.rows; ++i)
      for (index j = 0; j < out.cols; ++j) out(i, j) = static_cast<Out>(in(i, j));
  }

  template <class F>
  void slices(scratch& s, index n, index, const F& f) const {
    f(*this, s, 0, n);
  }

 private:
  template <class F, class Read>
  static auto fold_one(const F& f, index n, const Read& read) {
    auto state = f.template init<double>();
    for (index i = 0; i < n; ++i) state = f.step(state, read(i));
    if constexpr (requires { f.in_range(state); })
      if (!f.in_range(state)) return f.template recompute<double>(n, detail::on_host{read});
    return f.finish(state, n);
  }
  template <class R>
  static void store(const R& result, const matrix<double>& out, index row, index col, index cols) {
    for (int k = 0; k < detail::value_count<R>; ++k) out(row, k * cols + col) = detail::value(result, k);
  }
  static double input(const matrix<double>& m, index i, index j) { return m(i, j); }
  static double input(const matrix<const double>& m, index i, index j) { return m(i, j); }
  template <class A>
  static double input(const per_row<A>& m, index i, index) { return m.column(i, 0); }
  static double input(row_index, index i, index) { return static_cast<double>(i); }
  static double input(column_index, index, index j) { return static_cast<double>(j); }
};

}  // namespace cnnpool
