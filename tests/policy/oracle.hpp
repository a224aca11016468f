// What every method computes, in long double, written from the formulas alone: nothing of the library is used but the shape.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace oracle {

using real = long double;

/// One image: x[c][i][j].
struct map {
  std::size_t c, h, w;
  std::vector<real> v;
  map(std::size_t c_, std::size_t h_, std::size_t w_) : c(c_), h(h_), w(w_), v(c_ * h_ * w_) {}
  real& operator()(std::size_t k, std::size_t i, std::size_t j) { return v[(k * h + i) * w + j]; }
  real operator()(std::size_t k, std::size_t i, std::size_t j) const { return v[(k * h + i) * w + j]; }
};
using vec = std::vector<real>;

template <class F>
vec per_channel(const map& x, F f) {
  vec r;
  for (std::size_t k = 0; k < x.c; ++k) {
    vec values;
    for (std::size_t i = 0; i < x.h; ++i)
      for (std::size_t j = 0; j < x.w; ++j) values.push_back(x(k, i, j));
    r.push_back(f(values));
  }
  return r;
}

inline vec sum(const map& x) {
  return per_channel(x, [](const vec& v) { real s = 0; for (real a : v) s += a; return s; });
}
inline vec sum_of_magnitudes(const map& x) {
  return per_channel(x, [](const vec& v) { real s = 0; for (real a : v) s += std::fabs(a); return s; });
}
inline vec average(const map& x) {
  vec r = sum(x);
  for (real& a : r) a /= static_cast<real>(x.h * x.w);
  return r;
}
inline vec max(const map& x) {
  return per_channel(x, [](const vec& v) { return *std::max_element(v.begin(), v.end()); });
}
inline vec gem(const map& x, real p, real eps = 1e-6L) {
  return per_channel(x, [&](const vec& v) {
    real s = 0;
    for (real a : v) s += std::pow(std::max(a, eps), p);
    return std::pow(s / static_cast<real>(v.size()), 1 / p);
  });
}
inline vec gem_on_sum(const map& x, real p, real eps = 1e-6L) {
  return per_channel(x, [&](const vec& v) {
    real s = 0;
    for (real a : v) s += std::pow(std::max(a, real(0)), p);
    return std::pow(std::max(s, eps) / static_cast<real>(v.size()), 1 / p);
  });
}

inline vec weighted_sum(const map& x, const std::vector<real>& weights) {
  return per_channel(x, [&](const vec& v) { real s = 0; for (std::size_t i = 0; i < v.size(); ++i) s += weights[i] * v[i]; return s; });
}
inline vec spoc(const map& x) {
  const real s = static_cast<real>(std::min(x.h, x.w)) / 6, i0 = (static_cast<real>(x.h) - 1) / 2, j0 = (static_cast<real>(x.w) - 1) / 2;
  std::vector<real> weights;
  for (std::size_t i = 0; i < x.h; ++i)
    for (std::size_t j = 0; j < x.w; ++j) {
      const real di = static_cast<real>(i) - i0, dj = static_cast<real>(j) - j0;
      weights.push_back(std::exp(-(di * di + dj * dj) / (2 * s * s)));
    }
  return weighted_sum(x, weights);
}

inline std::vector<real> crow_spatial(const map& x, real a = 2, real b = 2) {
  std::vector<real> s(x.h * x.w);
  real z = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    for (std::size_t k = 0; k < x.c; ++k) s[i] += x.v[k * s.size() + i];
    s[i] = std::max(s[i], real(0));
    z += std::pow(s[i], a);
  }
  z = std::pow(z, 1 / a);
  for (real& v : s) v = z == 0 ? 0 : std::pow(v / z, 1 / b);
  return s;
}
inline vec crow_channel(const map& x, real epsilon = 0) {
  vec q = per_channel(x, [](const vec& v) {
    real n = 0;
    for (real a : v) n += a != 0;
    return n / static_cast<real>(v.size());
  });
  real total = 0;
  for (real a : q) total += a;
  for (real& a : q)
    a = epsilon > 0 ? std::log((static_cast<real>(x.c) * epsilon + total) / (epsilon + a)) : a == 0 ? 0 : std::log(total / a);
  return q;
}
inline vec crow(const map& x, real a = 2, real b = 2, real epsilon = 0) {
  vec r = weighted_sum(x, crow_spatial(x, a, b)), weights = crow_channel(x, epsilon);
  for (std::size_t k = 0; k < r.size(); ++k) r[k] *= weights[k];
  return r;
}

inline vec l2(vec v) {
  real s = 0;
  for (real a : v) s += a * a;
  s = std::sqrt(s);
  for (real& a : v) a = s == 0 ? 0 : a / s;
  return v;
}

struct box {
  std::size_t h0, w0, h, w;
};
/// The grid of R-MAC, in integers.
inline std::vector<box> rmac_boxes(std::size_t h, std::size_t w, std::size_t levels) {
  const std::int64_t s = static_cast<std::int64_t>(std::min(h, w)), d = static_cast<std::int64_t>(std::max(h, w)) - s;
  std::size_t extra = 0;
  real best = 0;
  for (std::int64_t k = 1; k <= 6 && d != 0; ++k) {
    // |3wk - 5D| / k compared exactly: long double holds these small ratios apart.
    const real distance = static_cast<real>(std::llabs(3 * s * k - 5 * d)) / static_cast<real>(k);
    if (extra == 0 || distance < best) best = distance, extra = static_cast<std::size_t>(k);
  }
  std::vector<box> boxes;
  for (std::size_t l = 1; l <= levels; ++l) {
    const std::size_t side = 2 * std::min(h, w) / (l + 1), rows = l + (h > w ? extra : 0), cols = l + (w > h ? extra : 0);
    if (side == 0) break;
    for (std::size_t a = 0; a < rows; ++a)
      for (std::size_t b = 0; b < cols; ++b)
        boxes.push_back({rows == 1 ? 0 : a * (h - side) / (rows - 1), cols == 1 ? 0 : b * (w - side) / (cols - 1), side, side});
  }
  return boxes;
}
inline map crop(const map& x, const box& b) {
  map r(x.c, b.h, b.w);
  for (std::size_t k = 0; k < x.c; ++k)
    for (std::size_t i = 0; i < b.h; ++i)
      for (std::size_t j = 0; j < b.w; ++j) r(k, i, j) = x(k, b.h0 + i, b.w0 + j);
  return r;
}
inline vec rmac(const map& x, std::size_t levels = 3, bool whole_map = false) {
  vec total(x.c);
  const auto add = [&](const vec& v) { for (std::size_t k = 0; k < x.c; ++k) total[k] += v[k]; };
  for (const box& b : rmac_boxes(x.h, x.w, levels)) add(l2(max(crop(x, b))));
  if (whole_map) add(l2(max(x)));
  return l2(total);
}

}  // namespace oracle
