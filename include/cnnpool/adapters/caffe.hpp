// Caffe's Blob<float> and Blob<double>, and any class with its accessors: cpu_data(), num_axes(), shape(i). Row-major;
// axes by rank (c, nc, chw, nchw). Structural: includes nothing of Caffe. cpu_data() copies from the GPU where the blob
// was computed there.
//
//   auto d = cnnpool::pool(*net.blob_by_name("conv5_3"), cnnpool::gem_p<3>{} | cnnpool::l2{});
//
// An in-place ReLU overwrites conv5_3: the blob then holds the values after it, and there is no blob named relu5_3.
#pragma once

#include <type_traits>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept caffe_blob = requires(const T& t) {
  requires activation_scalar<std::remove_cvref_t<decltype(*t.cpu_data())>>;
  t.num_axes() + t.shape(0);
};
}  // namespace detail

template <class T>
  requires detail::caffe_blob<T>
struct adapter<T> {
  using scalar = std::remove_cvref_t<decltype(*std::declval<const T&>().cpu_data())>;

  static feature_view<scalar> view(const T& t, const hints& h) {
    const index_t rank = t.num_axes();
    detail::check_rank(rank, "Caffe blob");
    index_t extents[4] = {}, strides[4] = {}, step = 1;
    bool empty = false;
    for (int i = static_cast<int>(rank) - 1; i >= 0; --i) {
      extents[i] = t.shape(i);
      strides[i] = step;
      empty = empty || extents[i] == 0;
      if (!detail::multiply(step, extents[i], step)) step = 0;  // feature_view names the extents
    }
    const detail::geometry g = detail::geometry_of(rank, extents, strides, h, "as_view");
    return feature_view<scalar>(empty ? nullptr : t.cpu_data(), g.extents, g.stride, h.quantized);
  }
};

}  // namespace cnnpool
