// Descriptors as activations, n x c x 1 x 1: stages can be applied to descriptors that are already there,
//   auto normalised = pool(d, sum{} | power{} | l2{});       sum of one position is the descriptor itself
// A range of them is a list: pool(list, sum{}) puts them one after the other. Hints mean nothing here.
#pragma once

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool {

template <activation_scalar T>
struct adapter<descriptors<T>> {
  static constexpr bool owns = true;
  static auto view(const descriptors<T>& d, const hints&) {
    return feature_view<T>(d.data(), {.n = d.rows(), .c = d.cols()}, nchw);
  }
};
template <class T, class Space>
  requires activation_scalar<std::remove_const_t<T>>
struct adapter<descriptor_span<T, Space>> {
  static auto view(const descriptor_span<T, Space>& d, const hints&) {
    return feature_view<std::remove_const_t<T>, Space>(d.data(), {.n = d.rows(), .c = d.cols()},
                                                       strides{.n = d.row_stride(), .c = 1});
  }
};

}  // namespace cnnpool
