// The positions of feature maps as training rows, without a copy: row n*(h*w) + i*w + j is position (i, j) of image n,
// its components are the channels, as floats (double for double); 8-bit activations times their scale.
//
//   codebook words = fit_codebook(position_rows(x), {.clusters = 64});
//
// Any strides: the rows of NHWC are adjacent, those of NCHW are not, and a fit copies some hundreds of them at a time
// anyway. A view: the activations must outlive it.
#pragma once

#include "../core/feature_view.hpp"
#include "../kernel/source.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <activation_scalar T>
class position_rows {
 public:
  explicit position_rows(const feature_view<T>& x) : x_(x) {}

  index_t rows() const { return x_.extents().n * x_.extents().positions(); }
  index_t cols() const { return x_.extents().c; }
  accumulator_t<T> operator()(index_t i, index_t j) const {
    const index_t positions = x_.extents().positions(), w = x_.extents().w, p = i % positions;
    return kernel::as_lane<accumulator_t<T>>(x_(i / positions, j, p / w, p % w), x_.quantized());
  }

 private:
  feature_view<T> x_;
};

}  // namespace cnnpool
