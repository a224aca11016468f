// Descriptors as activations, n x c x 1 x 1, so that stages can be applied to descriptors that you already have:
//   auto normalised = pool(d, sum{} | power{} | l2{});       the sum of one position is the descriptor itself
// A range of them is a list: pool(list, sum{}) puts them one after the other. hints{.axes = "wc"} makes the rows the
// positions of one image (local descriptors), "cn" the columns its images.
#pragma once

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T, class Space>
feature_view<T, Space> view_of_rows(const T* data, index_t rows, index_t cols, index_t row_stride, const hints& h) {
  const index_t extents[] = {rows, cols}, element_strides[] = {row_stride, 1};
  const geometry g = geometry_of(2, extents, element_strides, h, "as_view");
  return feature_view<T, Space>(data, g.extents, g.stride, h.quantized);
}
}  // namespace detail

template <activation_scalar T>
struct adapter<descriptors<T>> {
  static auto view(const descriptors<T>& d, const hints& h) {
    return detail::view_of_rows<T, host_space>(d.data(), d.rows(), d.cols(), d.cols(), h);
  }
};
template <class T, class Space>
  requires activation_scalar<std::remove_const_t<T>>
struct adapter<descriptor_span<T, Space>> {
  static constexpr bool owns = false;
  static auto view(const descriptor_span<T, Space>& d, const hints& h) {
    return detail::view_of_rows<std::remove_const_t<T>, Space>(d.data(), d.rows(), d.cols(), d.row_stride(), h);
  }
};

}  // namespace cnnpool
