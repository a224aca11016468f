// Eigen::Tensor and TensorMap. Column-major by default, and its axes have no meaning of their own: the caller names them,
//   auto x = as_view(tensor, {.axes = "whcn"});
#pragma once

#include <unsupported/Eigen/CXX11/Tensor>

#include "../adapter.hpp"

namespace cnnpool {

namespace detail {
template <class Tensor, class T>
auto view_of_eigen_tensor(const Tensor& t, const T* data, const hints& h) {
  constexpr int rank = Tensor::NumDimensions;
  if (h.axes.empty()) raise("as_view: an Eigen tensor of ", rank, " axes says nothing of their meaning, expected hints{.axes}");
  constexpr std::size_t size = rank == 0 ? 1 : static_cast<std::size_t>(rank);
  index extents[size], strides[size], step = 1;
  for (int i = 0; i < rank; ++i) {
    const int axis = static_cast<int>(Tensor::Layout) == static_cast<int>(Eigen::ColMajor) ? i : rank - 1 - i;
    extents[axis] = t.dimensions()[static_cast<std::size_t>(axis)];
    strides[axis] = step;
    step *= extents[axis];
  }
  const geometry g = geometry_of(rank, extents, strides, h, "as_view");
  return feature_view<T>(data, g.extents, g.stride, h.quantized);
}
}  // namespace detail

template <activation_scalar T, int Rank, int Options, class Index>
struct adapter<Eigen::Tensor<T, Rank, Options, Index>> {
  static constexpr bool owns = true;
  static auto view(const Eigen::Tensor<T, Rank, Options, Index>& t, const hints& h) {
    return detail::view_of_eigen_tensor(t, t.data(), h);
  }
};
template <class Plain, int Options, template <class> class Pointer>
struct adapter<Eigen::TensorMap<Plain, Options, Pointer>> {
  static auto view(const Eigen::TensorMap<Plain, Options, Pointer>& t, const hints& h) {
    return detail::view_of_eigen_tensor<Eigen::TensorMap<Plain, Options, Pointer>,
                                        std::remove_const_t<typename Plain::Scalar>>(t, t.data(), h);
  }
};

}  // namespace cnnpool
