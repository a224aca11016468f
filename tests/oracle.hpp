// Every pooling method a second time, from the formulas alone, in long double, one value after the other. Shares
// nothing with include/cnnpool: a mistake there cannot repeat itself here.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

namespace oracle {

using real = long double;
using row = std::vector<real>;

/// One image, x(c, i, j); negative extents make no sense here.
struct map {
  int c = 1, h = 1, w = 1;
  row values;

  map(int c_, int h_, int w_) : c(c_), h(h_), w(w_), values(static_cast<std::size_t>(c_ * h_ * w_)) {}
  int n() const { return h * w; }
  real& operator()(int k, int i, int j) { return values[static_cast<std::size_t>((k * h + i) * w + j)]; }
  real operator()(int k, int i, int j) const { return values[static_cast<std::size_t>((k * h + i) * w + j)]; }
  real at(int k, int position) const { return values[static_cast<std::size_t>(k * h * w + position)]; }
  map crop(int i0, int j0, int height, int width) const {
    map part(c, height, width);
    for (int k = 0; k < c; ++k)
      for (int i = 0; i < height; ++i)
        for (int j = 0; j < width; ++j) part(k, i, j) = (*this)(k, i0 + i, j0 + j);
    return part;
  }
};

/// One number per channel.
template <class F>
row each_channel(const map& x, const F& f) {
  row r;
  for (int k = 0; k < x.c; ++k) r.push_back(f(k));
  return r;
}

inline row sum(const map& x) {
  return each_channel(x, [&](int k) {
    real s = 0;
    for (int i = 0; i < x.n(); ++i) s += x.at(k, i);
    return s;
  });
}
/// SUM |x|: what the error bounds of sums are relative to.
inline row absolute_sum(const map& x) {
  return each_channel(x, [&](int k) {
    real s = 0;
    for (int i = 0; i < x.n(); ++i) s += std::fabs(x.at(k, i));
    return s;
  });
}
inline row average(const map& x) {
  row r = sum(x);
  for (real& v : r) v /= x.n();
  return r;
}
inline row max(const map& x) {
  return each_channel(x, [&](int k) {
    real m = -std::numeric_limits<real>::infinity();
    for (int i = 0; i < x.n(); ++i) {
      if (std::isnan(x.at(k, i))) return x.at(k, i);
      m = std::max(m, x.at(k, i));
    }
    return m;
  });
}
inline row nonzero(const map& x) {
  return each_channel(x, [&](int k) {
    int count = 0;
    for (int i = 0; i < x.n(); ++i) count += x.at(k, i) != 0;
    return static_cast<real>(count) / x.n();
  });
}
inline map relu(map x) {
  for (real& v : x.values)
    if (v < 0) v = 0;
  return x;
}

enum class floor_kind { clamp, on_sum, none };

/// p: one per channel.
inline row gem(const map& x, const row& p, real eps = 1e-6L, floor_kind kind = floor_kind::clamp) {
  return each_channel(x, [&](int k) {
    const real q = p[static_cast<std::size_t>(k)], lowest = kind == floor_kind::clamp ? eps : 0;
    if (std::isinf(q)) {
      const real m = max(x)[static_cast<std::size_t>(k)];
      return m < lowest ? lowest : m;
    }
    real largest = 0, s = 0;
    const auto clamped = [&](int i) { return x.at(k, i) < lowest ? lowest : x.at(k, i); };
    for (int i = 0; i < x.n(); ++i) {
      if (std::isnan(x.at(k, i))) return x.at(k, i);
      largest = std::max(largest, clamped(i));
    }
    // The root is monotone, so a floor of the sum is a floor of the result: no power of more than 1 is taken, and a
    // double (valgrind's long double) has room for all of them.
    const real floored = kind == floor_kind::on_sum ? std::pow(eps / x.n(), 1 / q) : 0;
    if (largest == 0 || std::isinf(largest)) return std::max(largest, floored);
    for (int i = 0; i < x.n(); ++i) s += std::pow(clamped(i) / largest, q);
    return std::max(largest * std::pow(s / x.n(), 1 / q), floored);
  });
}
inline row gem(const map& x, real p = 3, real eps = 1e-6L, floor_kind kind = floor_kind::clamp) {
  return gem(x, row(static_cast<std::size_t>(x.c), p), eps, kind);
}

inline row spoc(const map& x) {
  const real s = static_cast<real>(std::min(x.h, x.w)) / 6;
  return each_channel(x, [&](int k) {
    real total = 0;
    for (int i = 0; i < x.h; ++i)
      for (int j = 0; j < x.w; ++j) {
        const real di = i - (x.h - 1) / 2.0L, dj = j - (x.w - 1) / 2.0L;
        total += std::exp(-(di * di + dj * dj) / (2 * s * s)) * x(k, i, j);
      }
    return total;
  });
}

inline row crow_spatial_weights(const map& x, real a = 2, real b = 2) {
  row s(static_cast<std::size_t>(x.n()), 0);
  real largest = 0, z = 0;
  for (int i = 0; i < x.n(); ++i) {
    real& here = s[static_cast<std::size_t>(i)];
    for (int k = 0; k < x.c; ++k) here += x.at(k, i);
    here = std::max(here, 0.0L);
    largest = std::max(largest, here);
  }
  if (largest == 0) return s;
  for (const real v : s) z += std::pow(v / largest, a);
  z = largest * std::pow(z, 1 / a);
  for (real& v : s) v = std::pow(v / z, 1 / b);
  return s;
}
inline row crow_channel_weights(const map& x, real epsilon = 0) {
  const row q = nonzero(x);
  real total = 0;
  for (const real v : q) total += v;
  return each_channel(x, [&](int k) {
    const real v = q[static_cast<std::size_t>(k)];
    if (epsilon > 0) return std::log((x.c * epsilon + total) / (epsilon + v));
    return v == 0 ? 0 : std::log(total / v);
  });
}
inline row crow(const map& x, real a = 2, real b = 2, real epsilon = 0) {
  const row spatial = crow_spatial_weights(x, a, b), channel = crow_channel_weights(x, epsilon);
  return each_channel(x, [&](int k) {
    real s = 0;
    for (int i = 0; i < x.n(); ++i) s += spatial[static_cast<std::size_t>(i)] * x.at(k, i);
    return channel[static_cast<std::size_t>(k)] * s;
  });
}

inline real norm(const row& v) {
  real s = 0;
  for (const real e : v) s += e * e;
  return std::sqrt(s);
}
/// tiny: the smallest normal number of the accumulator.
inline row l2(row v, real add_epsilon = 0, real tiny = 1.17549435e-38L) {
  const real n = std::max(norm(v) + add_epsilon, tiny);
  for (real& e : v) e /= n;
  return v;
}
inline row power(row v, real alpha = 0.5L) {
  for (real& e : v) e = std::copysign(std::pow(std::fabs(e), alpha), e);
  return v;
}
inline row concat(row a, const row& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline row plus(row a, const row& b) {
  for (std::size_t k = 0; k < a.size(); ++k) a[k] += b[k];
  return a;
}

struct box {
  int i0 = 0, j0 = 0, side = 0;
};

/// Boxes more than one on the long side, over those on the short side. The overlap is p/q.
inline int extra_boxes(int h, int w, int p = 2, int q = 5) {
  const long long shorter = std::min(h, w), difference = std::abs(h - w);
  if (difference == 0) return 0;
  int best = 1;
  const auto distance = [&](long long k) { return std::llabs((q - p) * shorter * k - q * difference); };
  for (int k = 2; k <= 6; ++k)
    if (distance(k) * best < distance(best) * k) best = k;
  return best;
}
inline std::vector<box> rmac_boxes(int h, int w, int levels = 3, int p = 2, int q = 5) {
  std::vector<box> boxes;
  const int extra = extra_boxes(h, w, p, q);
  for (int l = 1; l <= levels; ++l) {
    const int side = 2 * std::min(h, w) / (l + 1);
    if (side == 0) break;
    const int rows = h > w ? l + extra : l, columns = w > h ? l + extra : l;
    const auto start = [side](int t, int n, int length) { return n == 1 ? 0 : t * (length - side) / (n - 1); };
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c) boxes.push_back({start(r, rows, h), start(c, columns, w), side});
  }
  return boxes;
}

struct rmac_options {
  int levels = 3;
  bool whole_map = false, concat = false, global_first = false;
  bool regions_l2 = true, halves_l2 = true, final_l2 = true;
};
inline row rmac(const map& x, const rmac_options& o = {}) {
  const auto normalised = [](bool wanted, const row& v) { return wanted ? l2(v) : v; };
  row total(static_cast<std::size_t>(x.c), 0);
  for (const box& b : rmac_boxes(x.h, x.w, o.levels))
    total = plus(total, normalised(o.regions_l2, max(x.crop(b.i0, b.j0, b.side, b.side))));
  if (o.whole_map) total = plus(total, normalised(o.regions_l2, max(x)));
  if (o.concat) {
    total = normalised(o.halves_l2, total);
    const row global = normalised(o.halves_l2, max(x));
    total = o.global_first ? oracle::concat(global, total) : oracle::concat(total, global);
  }
  return normalised(o.final_l2, total);
}

}  // namespace oracle
