// Eigen::Tensor, TensorFixedSize and TensorMap of them. Column-major by default, and the axes have no meaning of their
// own; the caller names them
//   auto x = as_view(tensor, {.axes = "whcn"});
// or gets an error. A slice, a shuffle or any other expression has no memory to view: a compile-time error.
#pragma once

#if !__has_include(<unsupported/Eigen/CXX11/Tensor>)
#error "cnnpool/adapters/eigen_tensor.hpp: <unsupported/Eigen/CXX11/Tensor> is missing; install Eigen (Debian: libeigen3-dev, -isystem /usr/include/eigen3)"
#endif

#include <unsupported/Eigen/CXX11/Tensor>

#include <cstddef>
#include <type_traits>

#include "../adapter.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept eigen_tensor_expression = std::is_base_of_v<Eigen::TensorBase<T, Eigen::ReadOnlyAccessors>, T>;

template <class T>
inline constexpr bool is_eigen_tensor = false;
template <class T, int Rank, int Options, class Index>
inline constexpr bool is_eigen_tensor<Eigen::Tensor<T, Rank, Options, Index>> = true;
template <class T, class Sizes, int Options, class Index>
inline constexpr bool is_eigen_tensor<Eigen::TensorFixedSize<T, Sizes, Options, Index>> = true;
template <class T>
inline constexpr bool is_eigen_tensor_map = false;
template <class Plain, int Options, template <class> class Pointer>
inline constexpr bool is_eigen_tensor_map<Eigen::TensorMap<Plain, Options, Pointer>> = true;
}  // namespace detail

template <class T>
  requires detail::eigen_tensor_expression<T>
struct adapter<T> {
  using scalar = std::remove_const_t<typename T::Scalar>;
  static constexpr bool owns = detail::is_eigen_tensor<T>;

  static auto view(const T& t, const hints& h) {
    constexpr bool has_memory = detail::is_eigen_tensor<T> || detail::is_eigen_tensor_map<T>;
    static_assert(has_memory,
                  "cnnpool::as_view: this Eigen expression has no memory to view; assign it to a Tensor first");
    if constexpr (has_memory) {
      constexpr int rank = T::NumDimensions;
      constexpr std::size_t size = rank == 0 ? 1 : static_cast<std::size_t>(rank);
      if (h.axes.empty())
        raise("as_view: an Eigen tensor of ", rank, " axes says nothing of their meaning, expected hints{.axes}");
      const Eigen::DSizes<index_t, rank> dimensions(t.dimensions());
      index_t extents[size] = {}, strides[size] = {}, step = 1;
      for (int i = 0; i < rank; ++i) {
        const int axis = static_cast<int>(T::Layout) == static_cast<int>(Eigen::ColMajor) ? i : rank - 1 - i;
        extents[axis] = dimensions[static_cast<std::size_t>(axis)];
        strides[axis] = step;
        step *= extents[axis];
      }
      const detail::geometry g = detail::geometry_of(rank, extents, strides, h, "as_view");
      return feature_view<scalar>(t.data(), g.extents, g.stride, h.quantized);
    }
  }
};

}  // namespace cnnpool
