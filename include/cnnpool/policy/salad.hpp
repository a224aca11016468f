// SALAD's aggregation (Izquierdo, Civera, CVPR 2024): the clusters of VLAD as an optimal transport problem, with a
// dustbin for positions that say nothing. From what a network computed: features F (the map that is pooled, l channels,
// N positions), scores S (m channels, one for each cluster) and a token q (g numbers for each image).
//   Sa = [S ; dustbin], u = v = 0, then `iterations` times
//     u_k = log a_k - LSE_t(Sa_kt + v_t),  v_t = log b_t - LSE_k(Sa_kt + u_k),
//     a_k = 1/(N+m), of the dustbin (N-m)/(N+m), b_t = 1/(N+m)
//   V_k = SUM_t exp(Sa_kt + u_k + v_t + log(N+m)) F_t
//   out = L2 [ L2(q) ; L2(V_k)[i] at g + i m + k ]       D = g + l m. N has to be larger than m.
//
//   pool(features, salad(scores, token, {.dustbin = 1}))       whole, from weights: salad_head.hpp
//
// Norms below 1e-12 count as 1e-12. Accumulator float (double for double); the logarithms are taken of sums whose
// largest term is 1. A NaN of a score spreads to the whole descriptor but its token, one of a feature to its component.
#pragma once

#include <cmath>

#include "../kernel/run_policy.hpp"
#include "each_position.hpp"
#include "lse.hpp"
#include "unit_rows.hpp"
#include "vlad_steps.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct salad_options {
  double dustbin = 1;  // the learned score of the dustbin
  int iterations = 3;
};

namespace detail {

/// log SUM exp(x + w).
struct shifted_lse {
  static constexpr bool long_step = true;
  template <class V>
  using state = lse::state<V>;
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {V(-limits<lane_t<V>>::largest), V(lane_t<V>(0))};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x, const V& w) const {
    const V one(lane_t<V>(1)), above = x + w - s.largest, less = exp_of_negative(-absolute(above));
    return {maximum(s.largest, x + w), select(above > V(lane_t<V>(0)), s.sum * less + one, s.sum + less)};
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    return lse{.r = 1}.merge(a, b);
  }
  template <class V>
  CNNPOOL_HD V finish(const state<V>& s, index_t) const {
    return s.largest + log(s.sum);
  }
};

/// scores(n, k*positions + p) of x and the dustbin's row, and turned(n, p*rows + k): position p of image n for
/// i = n*positions + p.
template <class X, class A>
struct transport_scores {
  X x;
  matrix<A> scores, turned;
  A dustbin;
  double work() const { return 16. * static_cast<double>(x.extents().c); }
  CNNPOOL_HD void operator()(index_t i) const {
    const shape& e = x.extents();
    const index_t positions = e.positions(), n = i / positions, p = i % positions, h = p / e.w, w = p % e.w;
    A *to = &scores(n, p), *row = &turned(n, p * (e.c + 1));
    for (index_t k = 0; k < e.c; ++k, to += positions) *to = row[k] = element<A>(x, n, k, h, w);
    *to = row[e.c] = dustbin;
  }
};

/// log of the marginal - log-sum-exp; column `last` has a marginal of its own.
struct minus_from {
  double marginal, of_last, last;
  template <class V>
  CNNPOOL_HD V operator()(const V& sum, const V& column) const {
    using L = lane_t<V>;
    return select(column == V(static_cast<L>(last)), V(static_cast<L>(of_last)), V(static_cast<L>(marginal))) - sum;
  }
};
struct transport_plan {
  double shift;
  template <class V>
  CNNPOOL_HD V operator()(const V& score, const V& u, const V& v) const {
    return exp_of_negative(score + u + v + V(static_cast<lane_t<V>>(shift)));  // above 0 by rounding at most
  }
};

/// In place of the scores Sa of `clusters` and the dustbin the plan P, cluster by cluster; the columns of an image sum
/// to 1. turned: the scores position by position, so that both sums have their results side by side.
template <class Space, class B, class A>
void solve_transport(const B& b, scratch& s, const matrix<A>& scores, const matrix<A>& turned, index_t clusters,
                     int iterations) {
  const index_t n = scores.rows, rows = clusters + 1, positions = scores.cols / rows;
  const double total = std::log(static_cast<double>(positions + clusters)),
               left = std::log(static_cast<double>(positions - clusters));
  const scratch::frame frame(s);
  const matrix<A> u = s.make<A>(n, rows), v = s.make<A>(n, positions);
  const feature_view<A, Space> by_cluster(turned.data, {n, rows, 1, positions}, nhwc),
      by_position(scores.data, {n, positions, 1, rows}, strides{.n = scores.cols, .c = 1, .h = 0, .w = positions});
  b.transform(s, v, to_zero{}, column_index{});
  for (int i = 0; i < iterations; ++i) {
    b.reduce(s, as_source(by_cluster), over_positions{}, shifted_lse{}, u, per_position<A>{v.data, v.row_stride});
    b.transform(s, u, minus_from{-total, left - total, static_cast<double>(clusters)}, u, column_index{});
    b.reduce(s, as_source(by_position), over_positions{}, shifted_lse{}, v, per_position<A>{u.data, u.row_stride});
    b.transform(s, v, minus_from{-total, -total, 0}, v, column_index{});
  }
  for (index_t image = 0; image < n; ++image) {
    const matrix<A> plan{scores.data + image * scores.row_stride, rows, positions, positions, 1};
    b.transform(s, plan, transport_plan{total}, plan, per_row<A>{{u.data + image * rows, rows, 1, 1, 1}},
                matrix<const A>{v.data + image * positions, rows, positions, 0, 1});
  }
}

/// out from features, scores and tokens, n x g numbers.
template <class B, class X, class S, class A>
void aggregate_salad(const B& b, scratch& s, const X& features, const S& scores, const salad_options& options,
                     const matrix<A>& token, const matrix<A>& out) {
  const shape& e = features.extents();
  const index_t clusters = scores.extents().c, positions = e.positions();
  const scratch::frame frame(s);
  const matrix<A> v = s.make<A>(e.n, clusters * e.c), by_cluster{v.data, e.n * clusters, e.c, e.c, 1},
                  plan = s.make<A>(e.n, (clusters + 1) * positions);
  {
    const scratch::frame of_turned(s);
    const matrix<A> turned = s.make<A>(e.n, plan.cols);
    b.for_each_index(s, e.n * positions,
                     transport_scores<S, A>{scores, plan, turned, static_cast<A>(options.dustbin)});
    solve_transport<typename B::space>(b, s, plan, turned, clusters, options.iterations);
  }
  b.contract(s, features, over_positions{}, matrix<const A>(plan.columns(0, clusters * positions)), v);
  unit_rows{}.apply(b, s, matrix<const A>(by_cluster), by_cluster);
  unit_rows{}.apply(b, s, matrix<const A>(token), out.columns(0, token.cols));
  b.for_each_index(s, e.n * e.c, dimension_major<A>{v, out.columns(token.cols, v.cols), clusters});
  unit_rows{}.apply(b, s, matrix<const A>(out), out);
}

inline void check_salad(const salad_options& o) {
  if (!(o.dustbin >= -1e30 && o.dustbin <= 1e30))
    raise("salad: the dustbin's score is ", o.dustbin, ", expected a finite number");
  if (o.iterations < 1) raise("salad: iterations is ", o.iterations, ", expected at least 1");
}
inline void check_salad(const shape& s, index_t clusters) {
  if (s.positions() <= clusters)
    raise("salad: ", s.positions(), " positions for ", clusters, " clusters, expected more positions than clusters");
}
inline index_t salad_size(index_t token, index_t features, index_t clusters) {
  index_t size = 0;
  if (!multiply(features, clusters, size) || !add(size, token))
    raise("salad: ", clusters, " clusters of ", features, " channels are too many to count");
  return size;
}

}  // namespace detail

/// Scores and Token: feature_views in the memory that the backend reads.
template <class Scores, class Token>
struct salad_policy {
  static constexpr const char* name = "salad";

  Scores scores;
  Token token;
  salad_options options;

  index_t descriptor_size(const shape& s) const {
    return detail::salad_size(token.extents().c, s.c, scores.extents().c);
  }
  void (check)() const { detail::check_salad(options); }
  void (check)(const shape& s) const {
    const shape &of = scores.extents(), &t = token.extents();
    if (of.n != s.n || of.h != s.h || of.w != s.w)
      raise("salad: scores of ", to_string(of), " for features of ", to_string(s), ", expected the same n, h and w");
    if (t.n != s.n || t.positions() != 1)
      raise("salad: tokens of ", to_string(t), " for features of ", to_string(s), ", expected one for each image");
    if (of.c == 0) raise("salad: the scores have no clusters");
    detail::check_salad(s, of.c);
  }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const shape& e = x.extents();
    if (e.n != scores.extents().n)
      raise("salad: the scores are of ", scores.extents().n, " images, what stands in front of it gives it ", e.n,
            " at a time");
    const index_t size = (scores.extents().c + 1) * e.positions();
    const index_t again = detail::image_bytes(x) + 2 * size * static_cast<index_t>(sizeof(A));
    b.for_each_cached_slice(s, e.n, again, [&](const auto& b_, kernel::scratch& own, index_t first, index_t count) {
      const kernel::scratch::frame frame(own);
      const kernel::matrix<A> q = own.make<A>(count, token.extents().c);
      const auto tokens = kernel::as_source(token.images(first, count));
      b_.for_each_index(own, count, detail::copy_position<std::remove_cvref_t<decltype(tokens)>, A>{tokens, q});
      detail::aggregate_salad(b_, own, x.images(first, count), kernel::as_source(scores.images(first, count)), options,
                              q, out.row_range(first, count));
    });
  }
};

/// scores: n x m x h x w, token: n x g, as the network computed them. Views: their memory must outlive the calls.
template <class S, class T, class Space>
salad_policy<feature_view<S, Space>, feature_view<T, Space>> salad(const feature_view<S, Space>& scores,
                                                                 const feature_view<T, Space>& token,
                                                                 const salad_options& options = {}) {
  return {scores, token, options};
}

}  // namespace cnnpool
