// Eigen::Matrix, Array, Map, Ref and blocks of them: rows x cols as axes "nc" (one descriptor per row), any storage order and
// strides. hints{.axes = "hw"} makes a matrix one channel. As an output: row-major, or one row.
//
// An expression that Eigen has not evaluated has no memory to view; assigning it to a matrix gives it some.
#pragma once

#include <Eigen/Core>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool {

namespace detail {
template <class T>
concept eigen_dense = std::is_base_of_v<Eigen::DenseBase<T>, T>;
template <class T>
concept eigen_with_memory = eigen_dense<T> && (int(Eigen::internal::traits<T>::Flags) & int(Eigen::DirectAccessBit)) != 0;
}  // namespace detail

template <class T>
  requires detail::eigen_dense<T>
struct adapter<T> {
  using scalar = std::remove_const_t<typename T::Scalar>;
  static constexpr bool owns = std::is_base_of_v<Eigen::PlainObjectBase<T>, T>;

  static auto view(const T& m, const hints& h) {
    static_assert(detail::eigen_with_memory<T>,
                  "cnnpool::as_view: this Eigen expression has no memory to view; assign it to a matrix first");
    if constexpr (detail::eigen_with_memory<T>) {
      const index extents[] = {m.rows(), m.cols()}, strides[] = {m.rowStride(), m.colStride()};
      hints axes = h;
      if (axes.axes.empty()) axes.axes = "nc";
      const detail::geometry g = detail::geometry_of(2, extents, strides, axes, "as_view");
      return feature_view<scalar>(m.data(), g.extents, g.stride, h.quantized);
    }
  }
  static descriptor_span<scalar> output(T& m)
    requires detail::eigen_with_memory<T>
  {
    if (m.cols() > 1 && m.colStride() != 1)
      raise("pool_into: the Eigen output of ", m.rows(), " x ", m.cols(), " has a column stride of ", m.colStride(),
            ", expected a row-major matrix");
    return {m.data(), m.rows(), m.cols(), m.rows() == 1 ? m.cols() : m.rowStride()};
  }
};

}  // namespace cnnpool
