// The steps of VLAD that no other primitive expresses, one scalar at a time: assignment, counting, distances, layout.
// work(): see kernel/primitives.hpp.
#pragma once

#include "../kernel/source.hpp"
#include "unit_rows.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// How near a position is to a centre: smaller is nearer. The squared distance without |x|^2, which all centres share.
template <class A>
struct centre_order {
  matrix<const double> squared_norms;
  bool cosine;
  double factor;  // of x.c: 2, or 1 as in MOP's released code

  CNNPOOL_HD A operator()(index_t k, const A& product) const {
    const A squared = static_cast<A>(squared_norms(k, 0));
    if (cosine) return product * safe_reciprocal(sqrt(squared)) * A(-2);
    return squared - static_cast<A>(factor) * product;
  }
};

/// assignments(n, p) = the nearest centre, the first of equally near ones. scales: 1/|x| of normalised descriptors.
template <class A>
struct assign_nearest {
  matrix<const A> products, scales;
  matrix<A> assignments;
  index_t clusters;
  centre_order<A> order;

  double work() const { return 32. * static_cast<double>(clusters); }
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t positions = assignments.cols, n = i / positions, p = i % positions;
    const A scale = scales.data == nullptr ? A(1) : scales(n, p);
    index_t best = 0;
    A smallest = order(0, products(n, p) * scale);
    for (index_t k = 1; k < clusters; ++k) {
      const A value = order(k, products(n, k * positions + p) * scale);
      if (value < smallest) {
        smallest = value;
        best = k;
      }
    }
    assignments(n, p) = static_cast<A>(best);
  }
};

/// q(n, k*positions + p) = exp(-d^2/beta) over the r nearest centres, divided by its sum.
template <class A>
struct assign_soft {
  matrix<const A> products, scales;
  matrix<A> q;
  index_t clusters, positions, nearest;
  double beta;
  centre_order<A> order;

  double work() const {
    return 32. * static_cast<double>(clusters * (nearest + 2)) + 256. * static_cast<double>(nearest);
  }
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t n = i / positions, p = i % positions;
    const A scale = scales.data == nullptr ? A(1) : scales(n, p);
    for (index_t k = 0; k < clusters; ++k) q(n, k * positions + p) = A(0);
    A smallest = 0, before = 0, total = 0;
    index_t last = -1;
    for (index_t rank = 0; rank < nearest; ++rank) {
      index_t best = -1;
      A value = 0;
      for (index_t k = 0; k < clusters; ++k) {
        const A v = order(k, products(n, k * positions + p) * scale);
        if (rank > 0 && (v < before || (v == before && k <= last))) continue;
        if (best < 0 || v < value) {
          best = k;
          value = v;
        }
      }
      if (best < 0) break;
      if (rank == 0) smallest = value;
      before = value;
      last = best;
      const A weight = exp((smallest - value) / static_cast<A>(beta));
      q(n, best * positions + p) = weight;
      total += weight;
    }
    for (index_t k = 0; k < clusters; ++k) q(n, k * positions + p) = q(n, k * positions + p) / total;
  }
};

/// q = softmax over the centres of product + bias; in place.
template <class A>
struct assign_softmax {
  matrix<const A> scales;
  matrix<A> q;
  index_t clusters, positions;
  matrix<const float> biases;

  double work() const { return 256. * static_cast<double>(clusters); }
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t n = i / positions, p = i % positions;
    const A scale = scales.data == nullptr ? A(1) : scales(n, p);
    A largest = -limits<A>::above_all, total = 0;
    for (index_t k = 0; k < clusters; ++k) {
      A& v = q(n, k * positions + p);
      v = v * scale + static_cast<A>(biases(k, 0));
      largest = maximum(largest, v);
    }
    for (index_t k = 0; k < clusters; ++k) {
      A& v = q(n, k * positions + p);
      v = exp(v - largest);
      total += v;
    }
    for (index_t k = 0; k < clusters; ++k) q(n, k * positions + p) = q(n, k * positions + p) / total;
  }
};

/// masses(n, k) = positions of cluster k.
template <class A>
struct cluster_masses {
  matrix<const A> assignments;
  matrix<A> masses;

  double work() const { return 16. * static_cast<double>(assignments.cols); }
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t n = i / masses.cols, k = i % masses.cols;
    A count = 0;
    for (index_t p = 0; p < assignments.cols; ++p) count += static_cast<index_t>(assignments(n, p)) == k ? A(1) : A(0);
    masses(n, k) = count;
  }
};

/// 1 / |scale x - centre| of one position and one centre; 0, not a huge number, if that length is at most 1e-12.
template <class A, class X>
CNNPOOL_HD A reciprocal_distance(const X& x, index_t n, index_t p, const A& scale, const matrix<const float>& centres,
                                 index_t k) {
  const shape& e = x.extents();
  A sum = 0;
  for (index_t c = 0; c < e.c; ++c) {
    const A apart = element<A>(x, n, c, p / e.w, p % e.w) * scale - static_cast<A>(centres(k, c));
    sum += apart * apart;
  }
  const A distance = sqrt(sum);
  return distance <= static_cast<A>(1e-12) ? A(0) : A(1) / distance;
}

/// weights(n, p) = 1 / |residual| of the position's own cluster.
template <class A, class X>
struct residual_weights {
  X x;
  matrix<const A> assignments, scales;
  matrix<const float> centres;
  matrix<A> weights;

  double work() const { return 32. * static_cast<double>(x.extents().c); }
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t n = i / assignments.cols, p = i % assignments.cols;
    const A scale = scales.data == nullptr ? A(1) : scales(n, p);
    weights(n, p) = reciprocal_distance(x, n, p, scale, centres, static_cast<index_t>(assignments(n, p)));
  }
};

/// q /= |residual|, in place; where q is 0, as it is for most centres unless all are near, there is nothing to do.
template <class A, class X>
struct residual_softness {
  X x;
  matrix<const A> scales;
  matrix<const float> centres;
  matrix<A> q;

  double work() const { return 8. * static_cast<double>(x.extents().c); }
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t positions = x.extents().positions(), k = i / positions % centres.rows,
                  n = i / positions / centres.rows;
    const index_t p = i % positions;
    A& v = q(n, k * positions + p);
    if (v == A(0)) return;
    v = v * reciprocal_distance(x, n, p, scales.data == nullptr ? A(1) : scales(n, p), centres, k);
  }
};

/// q(n, k*positions + p) *= scales(n, p).
template <class A>
struct scale_softness {
  matrix<const A> scales;
  matrix<A> q;
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t n = i / q.cols, j = i % q.cols;
    q(n, j) = q(n, j) * scales(n, j % scales.cols);
  }
};

/// v(n, k*c + channel) -= mass(n, k) centre(k, channel).
template <class A>
struct subtract_centres {
  matrix<const A> masses;
  matrix<const float> centres;
  matrix<A> v;
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t n = i / v.cols, j = i % v.cols, k = j / centres.cols;
    v(n, j) = v(n, j) - masses(n, k) * static_cast<A>(centres(k, j % centres.cols));
  }
};

/// v / mass, 0 without mass.
struct by_mass {
  template <class V>
  CNNPOOL_HD V operator()(const V& v, const V& mass) const {
    const V zero(lane_t<V>(0));
    return select(mass == zero, zero, v / mass);
  }
};

/// out(n, d*clusters + k) = v(n, k*dimensions + d) for i = n*dimensions + d.
template <class A>
struct dimension_major {
  matrix<const A> v;
  matrix<A> out;
  index_t clusters;
  double work() const { return 8. * static_cast<double>(clusters); }
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t dimensions = v.cols / clusters, n = i / dimensions, d = i % dimensions;
    for (index_t k = 0; k < clusters; ++k) out(n, d * clusters + k) = v(n, k * dimensions + d);
  }
};

}  // namespace cnnpool::detail
