// CroW, cross-dimensional weighting (Kalantidis, Mellina, Osindero, ECCV 2016 workshops). D = C.
//   S(i,j) = SUM_c x_c(i,j), negative S counts as 0       z = (SUM S^alpha)^(1/alpha)    S*(i,j) = (S/z)^(1/beta)
//   Q_c = #{(i,j): x_c != 0} / N                          I_c = log(SUM_k Q_k / Q_c), 0 where Q_c = 0
//   out_c = I_c SUM S*(i,j) x_c(i,j)                      alpha = 2, beta = 2
//
// An all-zero map gives the zero vector (the published code: NaN). channel_epsilon e > 0 (paper, PyRetri: 1e-6) makes
// I_c = log((C e + SUM Q) / (e + Q_c)). The maximum of S is factored out, so no power leaves the accumulator's range.
// Both weights are policies of their own: crow_spatial_weights (D = H*W, the saliency map to look at) and
// crow_channel_weights (D = C). uCroW, without either weight, is sum pooling. NaN: a NaN spreads to every channel that
// shares a position or an image with it. z is one factor per image, so a backend may read x once (beta >= 1/2) and
// apply it last: SUM (S / max S)^(1/beta) x_c, at most N^(1/(alpha beta)) times out_c / I_c, has to stay below
// 2^(-1/beta) of the largest number that there is.
#pragma once

#include "../kernel/run_policy.hpp"
#include "max.hpp"
#include "nonzero.hpp"
#include "sum.hpp"
#include "weighted_sum.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// SUM x / 2^k: the channel sum scaled so that C large values cannot overflow. S* does not depend on the scale, which
/// is of the lanes' own type: a conversion in the loop would cost more than the sum.
template <class L>
struct scaled_sum : additive {
  L scale = 1;
  explicit scaled_sum(index_t count) {
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

/// x^(1/beta): S* except for a factor of the image.
struct spatial_root {
  double beta;
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    return beta == 2 ? sqrt(x) : beta == 1 ? x : pow(x, exponent<V>(1 / beta));
  }
};

/// (S / z)^(1/beta) from z^alpha.
struct spatial_weight {
  double alpha, beta;
  template <class V>
  CNNPOOL_HD V operator()(const V& s, const V& z_to_alpha) const {
    const V zero(lane_t<V>(0));
    const V z = alpha == 2 ? sqrt(z_to_alpha) : alpha == 1 ? z_to_alpha : pow(z_to_alpha, exponent<V>(1 / alpha));
    return spatial_root{beta}(select(z_to_alpha == zero, zero, s / z));
  }
};

/// That factor, z^(-1/beta), from z^alpha.
struct spatial_factor {
  double alpha, beta;
  template <class V>
  CNNPOOL_HD V operator()(const V& z_to_alpha) const {
    return spatial_weight{alpha, beta}(V(lane_t<V>(1)), z_to_alpha);
  }
};

/// I_c from the counts n_c = N Q_c, as log(1 + what the other channels have / what this one has): a ratio near 1 loses
/// its difference from 1, and a sum of fractions the small ones.
struct channel_weight {
  double epsilon, channels, positions;
  template <class V>
  CNNPOOL_HD V operator()(const V& count, const V& total) const {
    using L = lane_t<V>;
    const V n(static_cast<L>(positions)), others = V(static_cast<L>((channels - 1) * epsilon)) + (total - count) / n;
    const V weight = log1p(others / (V(static_cast<L>(epsilon)) + count / n));
    return epsilon > 0 ? weight : select(count == V(L(0)), V(L(0)), weight);
  }
};

struct product {
  template <class V>
  CNNPOOL_HD V operator()(const V& a, const V& b) const {
    return a * b;
  }
  template <class V>
  CNNPOOL_HD V operator()(const V& a, const V& b, const V& c) const {
    return a * b * c;
  }
};

/// N Q_c. Exact up to 2^24.
struct nonzero_count : nonzero {
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t) const {
    return s;
  }
};

/// Both at one reading: SUM w x, and how many positions are not zero.
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
  CNNPOOL_HD state<V> scaled(const state<V>& s, const V& factor) const {
    return {s.sum * factor, s.count};
  }
  template <class V>
  CNNPOOL_HD values<V, 2> finish(const state<V>& s, index_t) const {
    return {{s.sum, s.count}};
  }
};

/// z^alpha of the channel sums relative to their maximum, which they become.
template <class Space, class B, class A>
matrix<A> crow_normaliser(const B& backend, scratch& s, const matrix<A>& sums, double alpha) {
  const matrix<A> one = s.make<A>(sums.rows, 1);
  backend.reduce(s, rows_as_images<Space>(sums), over_positions{}, max_policy{}, one);
  backend.transform(s, sums, relative_to_largest{}, sums, per_row<A>{one});
  backend.reduce(s, rows_as_images<Space>(sums), over_positions{}, power_sum{alpha}, one);
  return one;
}
/// S* of every position, from the channel sums; in and out are images x positions and may be the same.
template <class Space, class B, class A>
void crow_spatial(const B& backend, scratch& s, const matrix<A>& sums, double alpha, double beta) {
  const matrix<A> one = crow_normaliser<Space>(backend, s, sums, alpha);
  backend.transform(s, sums, spatial_weight{alpha, beta}, sums, per_row<A>{one});
}

/// I_c in place of N Q_c.
template <class Space, class B, class A>
void crow_channel(const B& backend, scratch& s, const matrix<A>& counts, double epsilon, const shape& image) {
  const matrix<A> total = s.make<A>(counts.rows, 1);
  backend.reduce(s, rows_as_images<Space>(counts), over_positions{}, sum{}, total);
  const channel_weight weight{epsilon, static_cast<double>(image.c), static_cast<double>(image.positions())};
  backend.transform(s, counts, weight, counts, per_row<A>{total});
}

inline void check_crow(const char* name, double alpha, double beta, double epsilon) {
  constexpr double most = limits<double>::largest;
  const auto bad = [&](const char* kind) {
    raise(name, ": alpha is ", alpha, " and beta is ", beta, ", expected ", kind);
  };
  if (!(alpha > 0) || !(beta > 0)) bad("positive numbers");
  if (alpha > most || beta > most) bad("finite numbers");
  if (!(epsilon >= 0)) raise(name, ": channel_epsilon is ", epsilon, ", expected 0 or more");
  if (epsilon > most) raise(name, ": channel_epsilon is ", epsilon, ", expected a finite number");
}

}  // namespace detail

/// S*(i,j), H x W row by row, one descriptor per image.
struct crow_spatial_weights {
  static constexpr const char* name = "crow_spatial_weights";
  double alpha = 2, beta = 2;

  index_t descriptor_size(const shape& s) const { return s.positions(); }
  bool reads_grid() const { return true; }
  void (check)() const { detail::check_crow(name, alpha, beta, 0); }
  template <class B, class X, class A>
  void pool(const B& backend, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    backend.reduce(s, x, kernel::over_channels{}, detail::scaled_sum<A>(x.extents().c), out);
    detail::crow_spatial<typename B::space>(backend, s, out, alpha, beta);
  }
};

/// I_c.
struct crow_channel_weights {
  static constexpr const char* name = "crow_channel_weights";
  double channel_epsilon = 0;

  index_t descriptor_size(const shape& s) const { return s.c; }
  void (check)() const { detail::check_crow(name, 1, 1, channel_epsilon); }
  template <class B, class X, class A>
  void pool(const B& backend, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    backend.reduce(s, x, kernel::over_positions{}, detail::nonzero_count{}, out);
    detail::crow_channel<typename B::space>(backend, s, out, channel_epsilon, x.extents());
  }
};

struct crow {
  static constexpr const char* name = "crow";
  double alpha = 2, beta = 2;
  double channel_epsilon = 0;

  index_t descriptor_size(const shape& s) const { return s.c; }
  void (check)() const { detail::check_crow(name, alpha, beta, channel_epsilon); }
  template <class B, class X, class A>
  void pool(const B& backend, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    if (pool_at_once(backend, s, x, out)) return;
    const shape& e = x.extents();
    backend.for_each_cached_slice(s, e.n, detail::image_bytes(x), [&](const auto& b_, kernel::scratch& own,
                                                                      index_t first, index_t count) {
      using space = typename B::space;
      const auto images = x.images(first, count);
      const kernel::matrix<A> rows = out.row_range(first, count);
      const kernel::scratch::frame frame(own);
      const kernel::matrix<A> weights = own.make<A>(count, e.positions());
      b_.reduce(own, images, kernel::over_channels{}, detail::scaled_sum<A>(e.c), weights);
      detail::crow_spatial<space>(b_, own, weights, alpha, beta);
      const kernel::matrix<A> both = own.make<A>(count, 2 * e.c);
      b_.reduce(own, images, kernel::over_positions{}, detail::weighted_sum_and_nonzero{}, both,
                kernel::per_position<A>{weights.data, weights.row_stride});
      const kernel::matrix<A> sums = both.columns(0, e.c), channels = both.columns(e.c, e.c);
      detail::crow_channel<space>(b_, own, channels, channel_epsilon, e);
      b_.transform(own, rows, detail::product{}, sums, channels);
    });
  }

 private:
  /// In one pass over x, if the backend has one: the normaliser is one factor per image, so it may come last.
  template <class B, class X, class A>
  bool pool_at_once([[maybe_unused]] const B& backend, [[maybe_unused]] kernel::scratch& s, [[maybe_unused]] const X& x,
                    [[maybe_unused]] const kernel::matrix<A>& out) const {
    [[maybe_unused]] const detail::scaled_sum<A> channels(x.extents().c);
    [[maybe_unused]] const detail::spatial_root root{beta};
    [[maybe_unused]] constexpr detail::weighted_sum_and_nonzero fold;
    if constexpr (requires { backend.template can_fuse<A>(x, channels, root, fold); }) {
      if (beta < 0.5 || !backend.template can_fuse<A>(x, channels, root, fold)) return false;
      const index_t n = x.extents().n, c = x.extents().c;
      const kernel::scratch::frame frame(s);
      const kernel::matrix<A> sums = s.make<A>(n, x.extents().positions()), both = s.make<A>(n, 2 * c);
      backend.channel_gated_reduce(s, x, channels, root, fold, sums, both);
      const kernel::matrix<A> z = detail::crow_normaliser<typename B::space>(backend, s, sums, alpha),
                              weights = both.columns(c, c);
      backend.transform(s, z, detail::spatial_factor{alpha, beta}, z);
      detail::crow_channel<typename B::space>(backend, s, weights, channel_epsilon, x.extents());
      backend.transform(s, out, detail::product{}, both.columns(0, c), weights, kernel::per_row<A>{z});
      return true;
    } else {
      return false;
    }
  }
};

}  // namespace cnnpool
