// CroW, cross-dimensional weighting (Kalantidis, Mellina, Osindero, ECCV 2016 workshops). D = C.
//   S(i,j) = SUM_c x_c(i,j), negative S counts as 0       z = (SUM S^a)^(1/a)        S*(i,j) = (S/z)^(1/b)
//   Q_c = #{(i,j): x_c != 0} / N                          I_c = log(SUM_k Q_k / Q_c), 0 where Q_c = 0
//   out_c = I_c SUM S*(i,j) x_c(i,j)                      a = 2, b = 2
//
// An all-zero map gives the zero vector (the published code: NaN). channel_epsilon e > 0 (paper, PyRetri: 1e-6) makes
// I_c = log((C e + SUM Q) / (e + Q_c)). The maximum of S is factored out, so no power leaves the accumulator's range.
// Both weights are policies of their own: crow_spatial_weights (D = H*W, the saliency map that people look at) and
// crow_channel_weights (D = C). uCroW, without either weight, is sum pooling. NaN: a NaN spreads to every channel that
// shares a position or an image with it.
#pragma once

#include "../dispatch.hpp"
#include "max.hpp"
#include "nonzero.hpp"
#include "sum.hpp"
#include "weighted_sum.hpp"

namespace cnnpool {

namespace detail {

/// SUM x / 2^k: the channel sum scaled so that C large values cannot overflow. S* does not depend on the scale, which is
/// of the lanes' own type: a conversion in the loop would cost more than the sum.
template <class L>
struct scaled_sum : additive {
  L scale = 1;
  explicit scaled_sum(index count) {
    while (scale * static_cast<L>(count) > 1) scale /= 2;
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + x * V(scale);
  }
};

/// SUM x^p for 0 <= x <= 1.
struct power_sum : additive {
  double p;
  explicit power_sum(double p_) : p(p_) {}
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + (p == 2 ? x * x : p == 1 ? x : pow(x, exponent<V>(p)));
  }
};

/// max(S, 0) / largest, 0 where the map is all zero or negative.
struct relative_to_largest {
  template <class V>
  CNNPOOL_HD V operator()(const V& s, const V& largest) const {
    const V zero(lane_t<V>(0));
    return select(largest <= zero, zero, maximum(zero, s) / largest);
  }
};

/// (S / z)^(1/b) from z^a.
struct spatial_weight {
  double a, b;
  template <class V>
  CNNPOOL_HD V operator()(const V& s, const V& z_to_a) const {
    const V zero(lane_t<V>(0));
    const V z = a == 2 ? sqrt(z_to_a) : a == 1 ? z_to_a : pow(z_to_a, exponent<V>(1 / a));
    const V ratio = select(z_to_a == zero, zero, s / z);
    return b == 2 ? sqrt(ratio) : b == 1 ? ratio : pow(ratio, exponent<V>(1 / b));
  }
};

struct channel_weight {
  double epsilon, channels;
  template <class V>
  CNNPOOL_HD V operator()(const V& q, const V& total) const {
    using L = lane_t<V>;
    const V weight = log((V(static_cast<L>(channels * epsilon)) + total) / (V(static_cast<L>(epsilon)) + q));
    return epsilon > 0 ? weight : select(q == V(L(0)), V(L(0)), weight);
  }
};

struct product {
  template <class V>
  CNNPOOL_HD V operator()(const V& a, const V& b) const {
    return a * b;
  }
};

/// Both at one reading: SUM w x, and the fraction of positions that are not zero.
struct weighted_sum_and_nonzero {
  template <class V>
  struct state {
    V sum, count;
  };
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {V(lane_t<V>(0)), V(lane_t<V>(0))};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x, const V& w) const {
    return {weighted_sum{}.step(s.sum, x, w), nonzero{}.step(s.count, x)};
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    return {a.sum + b.sum, a.count + b.count};
  }
  template <class V>
  CNNPOOL_HD values<V, 2> finish(const state<V>& s, index n) const {
    return {{s.sum, nonzero{}.finish(s.count, n)}};
  }
};

/// S* of every position, from the channel sums; in and out are images x positions and may be the same.
template <class Space, class B, class A>
void crow_spatial(const B& b, scratch& s, const matrix<A>& sums, double alpha, double beta) {
  const matrix<A> one = s.make<A>(sums.rows, 1);
  b.fold(s, rows_as_images<Space>(sums), max{}, one);
  b.map(s, sums, relative_to_largest{}, sums, per_row<A>{one});
  b.fold(s, rows_as_images<Space>(sums), power_sum{alpha}, one);
  b.map(s, sums, spatial_weight{alpha, beta}, sums, per_row<A>{one});
}

/// out = I_c from Q_c; in and out may be the same.
template <class Space, class B, class A>
void crow_channel(const B& b, scratch& s, const matrix<A>& q, double epsilon) {
  const matrix<A> total = s.make<A>(q.rows, 1);
  b.fold(s, rows_as_images<Space>(q), sum{}, total);
  b.map(s, q, channel_weight{epsilon, static_cast<double>(q.cols)}, q, per_row<A>{total});
}

inline void check_crow(const char* name, double a, double b, double epsilon) {
  const double infinity = limits<double>::infinity;
  if (!(a > 0) || !(b > 0)) raise(name, ": a is ", a, " and b is ", b, ", expected positive numbers");
  if (a == infinity || b == infinity) raise(name, ": a is ", a, " and b is ", b, ", expected finite numbers");
  if (!(epsilon >= 0)) raise(name, ": channel_epsilon is ", epsilon, ", expected 0 or more");
  if (epsilon == infinity) raise(name, ": channel_epsilon is ", epsilon, ", expected a finite number");
}

}  // namespace detail

/// S*(i,j), H x W row by row, one descriptor per image.
struct crow_spatial_weights {
  static constexpr const char* name = "crow_spatial_weights";
  double a = 2, b = 2;

  index descriptor_size(const shape& s) const { return s.positions(); }
  void check(const shape&) const { detail::check_crow(name, a, b, 0); }
  template <class B, class X, class A>
  void pool(const B& backend, scratch& s, const X& x, const matrix<A>& out) const {
    const scratch::frame frame(s);
    backend.fold_channels(s, x, detail::scaled_sum<A>(x.extents().c), out);
    detail::crow_spatial<typename B::space>(backend, s, out, a, b);
  }
};

/// I_c.
struct crow_channel_weights {
  static constexpr const char* name = "crow_channel_weights";
  double channel_epsilon = 0;

  index descriptor_size(const shape& s) const { return s.c; }
  void check(const shape&) const { detail::check_crow(name, 1, 1, channel_epsilon); }
  template <class B, class X, class A>
  void pool(const B& backend, scratch& s, const X& x, const matrix<A>& out) const {
    const scratch::frame frame(s);
    backend.fold(s, x, nonzero{}, out);
    detail::crow_channel<typename B::space>(backend, s, out, channel_epsilon);
  }
};

struct crow {
  static constexpr const char* name = "crow";
  double a = 2, b = 2;
  double channel_epsilon = 0;

  index descriptor_size(const shape& s) const { return s.c; }
  void check(const shape&) const { detail::check_crow(name, a, b, channel_epsilon); }
  template <class B, class X, class A>
  void pool(const B& backend, scratch& s, const X& x, const matrix<A>& out) const {
    const shape& e = x.extents();
    backend.slices(s, e.n, detail::image_bytes(x), [&](const auto& b_, scratch& own, index first, index count) {
      using space = typename B::space;
      const auto images = x.images(first, count);
      const matrix<A> rows = out.row_range(first, count);
      const scratch::frame frame(own);
      const matrix<A> weights = own.make<A>(count, e.positions());
      b_.fold_channels(own, images, detail::scaled_sum<A>(e.c), weights);
      detail::crow_spatial<space>(b_, own, weights, a, b);
      const matrix<A> both = own.make<A>(count, 2 * e.c);
      b_.weighted_fold(own, images, position_weights<A>{weights.data, weights.row_stride},
                       detail::weighted_sum_and_nonzero{}, both);
      const matrix<A> sums = both.columns(0, e.c), q = both.columns(e.c, e.c);
      detail::crow_channel<space>(b_, own, q, channel_epsilon);
      b_.map(own, rows, detail::product{}, sums, q);
    });
  }
};

}  // namespace cnnpool
