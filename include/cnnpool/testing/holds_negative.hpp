// Whether a tensor holds a layer before its ReLU or after it: a debugging aid for the trap that an in-place ReLU sets.
//
//   std::puts(cnnpool::holds_negative(conv5_3) ? "before its ReLU" : "after its ReLU, or nothing was negative");
#pragma once

#include "../adapter.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Reads every element: true if one is below 0 (NaN and -0 are not). 8-bit elements by their scale and zero point.
template <viewable X>
bool holds_negative(const X& tensor) {
  const any_feature_view any = detail::view_of(tensor);
  return visit(any, []<class T>(const feature_view<T>& x) {
    const shape& s = x.extents();
    const auto negative = [&](const T& v) {
      if constexpr (quantized_scalar<T>) {
        const int steps = static_cast<int>(v) - x.quantized().zero_point;
        return x.quantized().scale < 0 ? steps > 0 : steps < 0 && x.quantized().scale > 0;
      } else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
        return v < 0;
      } else {
        return to_float(v) < 0;
      }
    };
    for (index_t n = 0; n < s.n; ++n)
      for (index_t c = 0; c < s.c; ++c)
        for (index_t h = 0; h < s.h; ++h)
          for (index_t w = 0; w < s.w; ++w)
            if (negative(x(n, c, h, w))) return true;
    return false;
  });
}

}  // namespace cnnpool
