// VLAD a second time, from its formulas, in long double. Shares nothing with include/cnnpool.
#pragma once

#include "../oracle.hpp"

namespace oracle {

struct vlad_options {
  int nearest = 1;
  real beta = 10;
  bool cosine = false, input_l2 = false, residual_l2 = false;
  bool mass = false, power = false, intra = false, power_after_intra = false, l2 = true, dimension_major = false;
  bool released_distance = false;
  std::vector<row> head_weights = {};  // NetVLAD
  row head_biases = {};
};

inline real dot(const row& a, const row& b) {
  real s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
  return s;
}
inline row unit(row v) {
  const real n = std::max(norm(v), 1e-12L);
  for (real& e : v) e /= n;
  return v;
}
inline row local_descriptor(const map& x, int position, bool normalised) {
  row r;
  for (int k = 0; k < x.c; ++k) r.push_back(x.at(k, position));
  return normalised ? unit(r) : r;
}

inline row vlad_assignment(const row& x, const std::vector<row>& centres, const vlad_options& o) {
  const std::size_t clusters = centres.size();
  row q(clusters, 0), d(clusters);
  if (!o.head_weights.empty()) {
    real total = 0, largest = -std::numeric_limits<real>::infinity();
    for (std::size_t k = 0; k < clusters; ++k)
      largest = std::max(largest, d[k] = dot(o.head_weights[k], x) + o.head_biases[k]);
    for (std::size_t k = 0; k < clusters; ++k) total += q[k] = std::exp(d[k] - largest);
    for (real& v : q) v /= total;
    return q;
  }
  for (std::size_t k = 0; k < clusters; ++k) {
    row a = x, b = centres[k];
    if (o.cosine) a = unit(a), b = unit(b);
    d[k] = dot(a, a) + dot(b, b) - (o.released_distance ? 1 : 2) * dot(a, b);
  }
  std::vector<std::size_t> order(clusters);
  for (std::size_t k = 0; k < clusters; ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return d[a] < d[b]; });
  real total = 0;
  for (int r = 0; r < o.nearest; ++r) {
    const std::size_t k = order[static_cast<std::size_t>(r)];
    total += q[k] = o.nearest == 1 ? 1 : std::exp((d[order[0]] - d[k]) / o.beta);
  }
  for (real& v : q) v /= total;
  return q;
}

inline row vlad(const map& x, const std::vector<row>& centres, const vlad_options& o = {}) {
  const std::size_t clusters = centres.size(), c = static_cast<std::size_t>(x.c);
  std::vector<row> v(clusters, row(c, 0));
  row mass(clusters, 0);
  for (int t = 0; t < x.n(); ++t) {
    const row local = local_descriptor(x, t, o.input_l2), q = vlad_assignment(local, centres, o);
    for (std::size_t k = 0; k < clusters; ++k) {
      mass[k] += q[k];
      row residual = local;
      for (std::size_t j = 0; j < c; ++j) residual[j] -= centres[k][j];
      if (o.residual_l2) residual = unit(residual);
      for (std::size_t j = 0; j < c; ++j) v[k][j] += q[k] * residual[j];
    }
  }
  const auto root = [&] {
    for (row& r : v) r = power(r);
  };
  for (std::size_t k = 0; k < clusters; ++k)
    if (o.mass)
      for (real& e : v[k]) e = mass[k] == 0 ? 0 : e / mass[k];
  if (o.power && !o.power_after_intra) root();
  if (o.intra)
    for (row& r : v) r = unit(r);
  if (o.power && o.power_after_intra) root();
  row out(clusters * c);
  for (std::size_t k = 0; k < clusters; ++k)
    for (std::size_t j = 0; j < c; ++j) out[o.dimension_major ? j * clusters + k : k * c + j] = v[k][j];
  return o.l2 ? unit(out) : out;
}

}  // namespace oracle
