// The region grids of R-MAC (Tolias, Sicre, Jegou, ICLR 2016): L levels of square boxes that overlap by about 40 %.
//
// rmac_grid computes in integers. With w = min(H,W), D = |H-W|: extra = 0 for a square map, else the first k in 1..6
// that minimises |(q-p) w k - q D| / k for an overlap of p/q. Level l has boxes of floor(2w/(l+1)); the short side has
// l starts, the long side l + extra, start t = floor(t (len - wl) / (n - 1)); rows outer, columns inner.
// Square maps have 14 boxes at three levels, 24x32 has 20, 1x1 has 1; there is always one.
//
// grid::matlab and grid::float32 repeat the arithmetic of the published MATLAB code (double) and of cirtorch (single
// precision), which tie and round differently from exact arithmetic on 32 and 30 of the 4096 sizes up to 64x64.
#pragma once

#include "../kernel/math.hpp"
#include "../core/region.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class grid { exact, matlab, float32 };

namespace detail {

/// floor(wl2 + t b) - wl2 with wl2 = floor(wl/2 - 1), b = (length - wl)/(n-1), in F: the published start of box t.
template <class F>
CNNPOOL_HD index_t published_start(index_t t, index_t n, index_t length, index_t side) {
  const index_t half = side / 2 - 1;
  const F b = n == 1 ? F(0) : static_cast<F>(length - side) / static_cast<F>(n - 1);
  const F at = static_cast<F>(half) + rounded_product(static_cast<F>(t), b);
  const index_t whole = static_cast<index_t>(at);
  return (static_cast<F>(whole) > at ? whole - 1 : whole) - half;
}

/// The extra boxes on the long side as the published code finds them: argmin over steps 2..7 of
/// |(w^2 - w b)/w^2 - 0.4|, b = D/(steps - 1), in F.
template <class F>
index_t published_extra(index_t h, index_t w, double overlap) {
  const F shorter = static_cast<F>(h < w ? h : w), difference = static_cast<F>(h < w ? w - h : h - w);
  index_t best = 0;
  F smallest = 0;
  for (index_t k = 1; k <= 6 && difference > 0; ++k) {
    const F b = difference / static_cast<F>(k), square = shorter * shorter;
    const F distance = absolute((square - rounded_product(shorter, b)) / square - static_cast<F>(overlap));
    if (best == 0 || distance < smallest) {
      best = k;
      smallest = distance;
    }
  }
  return best;
}

inline index_t exact_extra(index_t h, index_t w, index_t overlap_percent) {
  const index_t shorter = h < w ? h : w, difference = h < w ? w - h : h - w;
  index_t best = 0, smallest = 0;
  for (index_t k = 1; k <= 6 && difference != 0; ++k) {
    const index_t d = (100 - overlap_percent) * shorter * k - 100 * difference, distance = d < 0 ? -d : d;
    if (best == 0 || distance * best < smallest * k) {
      best = k;
      smallest = distance;
    }
  }
  return best;
}

}  // namespace detail

/// The boxes of one map; a region list.
struct rmac_regions {
  index_t h = 0, w = 0, levels = 0, extra = 0;
  grid arithmetic = grid::exact;

  CNNPOOL_HD index_t size() const {
    index_t count = 0;
    for (index_t l = 1; l <= levels && side(l) > 0; ++l) count += rows(l) * cols(l);
    return count;
  }
  CNNPOOL_HD box operator[](index_t k) const {
    index_t level = 1;
    while (k >= rows(level) * cols(level)) {
      k -= rows(level) * cols(level);
      ++level;
    }
    const index_t wl = side(level), n = cols(level);
    return {start(k / n, rows(level), h, wl), start(k % n, n, w, wl), wl, wl};
  }

 private:
  CNNPOOL_HD index_t rows(index_t level) const { return level + (h > w ? extra : 0); }
  CNNPOOL_HD index_t cols(index_t level) const { return level + (w > h ? extra : 0); }
  CNNPOOL_HD index_t side(index_t level) const { return 2 * (h < w ? h : w) / (level + 1); }
  CNNPOOL_HD index_t start(index_t t, index_t n, index_t length, index_t wl) const {
    if (arithmetic == grid::matlab) return detail::published_start<double>(t, n, length, wl);
    if (arithmetic == grid::float32) return detail::published_start<float>(t, n, length, wl);
    return n == 1 ? 0 : t * (length - wl) / (n - 1);
  }
};

struct rmac_grid {
  int levels = 3;
  int overlap_percent = 40;
  grid arithmetic = grid::exact;

  /// The boxes for a map of h x w; raises what is wrong with the numbers above.
  rmac_regions regions(index_t h, index_t w) const {
    if (levels < 1 || levels > 1000) raise("rmac_grid: levels is ", levels, ", expected 1 to 1000");
    if (overlap_percent < 0 || overlap_percent > 99)
      raise("rmac_grid: overlap_percent is ", overlap_percent, ", expected 0 to 99");
    const double overlap = overlap_percent / 100.0;
    const index_t extra = arithmetic == grid::matlab    ? detail::published_extra<double>(h, w, overlap)
                        : arithmetic == grid::float32 ? detail::published_extra<float>(h, w, overlap)
                                                      : detail::exact_extra(h, w, overlap_percent);
    return {h, w, levels, extra, arithmetic};
  }
};

}  // namespace cnnpool
