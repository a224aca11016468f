// Square windows at a stride, rows outer, columns inner: the boxes that MOP-VLAD crops out of an image, or a grid on a
// map. 128 at stride 32 on 256 x 256: 25 windows; 64: 49. Only windows that lie wholly inside count.
#pragma once

#include "../core/region.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// The windows of one image or map; a region list.
struct window_list {
  index_t h = 0, w = 0, window = 0, stride = 1;

  CNNPOOL_HD index_t size() const { return along(h) * along(w); }
  CNNPOOL_HD box operator[](index_t k) const { return {k / along(w) * stride, k % along(w) * stride, window, window}; }

 private:
  CNNPOOL_HD index_t along(index_t length) const { return (length - window) / stride + 1; }
};

/// The boxes to crop out of an image of height x width pixels.
inline window_list sliding_windows(index_t height, index_t width, index_t window, index_t stride) {
  if (window < 1 || stride < 1)
    raise("sliding_windows: window is ", window, " and stride is ", stride, ", expected at least 1");
  if (window > height || window > width)
    raise("sliding_windows: a window of ", window, " does not fit into ", height, " x ", width);
  return {height, width, window, stride};
}

/// A region grid of windows on a feature map: regional(policy, sliding_grid{.window = 3, .stride = 1}).
struct sliding_grid {
  index_t window = 1, stride = 1;
  window_list regions(index_t h, index_t w) const { return sliding_windows(h, w, window, stride); }
};

}  // namespace cnnpool
