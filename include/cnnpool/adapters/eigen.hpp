// Eigen::Matrix, Array, Map, Ref and blocks of them: rows x cols as axes "nc" (one descriptor per row), any storage
// order and strides. hints{.axes = "cn"} reads one descriptor per column, "hw" one channel. A type that is a vector
// (VectorXf, RowVectorXf, a column of a matrix) is one descriptor, as input and as output.
// As an output, of float or double: row-major, or one row, or one column; other strides are an error.
//
// An expression that Eigen has not evaluated has no memory to view: a compile-time error. Assign it to a matrix first.
#pragma once

#if !__has_include(<Eigen/Core>)
#error "cnnpool/adapters/eigen.hpp: <Eigen/Core> is missing; install Eigen (Debian: libeigen3-dev, -isystem /usr/include/eigen3)"
#endif

#include <Eigen/Core>

#include <concepts>
#include <type_traits>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept eigen_dense = std::is_base_of_v<Eigen::DenseBase<T>, T>;
/// Some of Eigen's expressions say that they have direct access, and then have no data().
template <class T>
concept eigen_with_memory =
    eigen_dense<T> && (int(Eigen::internal::traits<T>::Flags) & int(Eigen::DirectAccessBit)) != 0 &&
    requires(const T& t) { t.data(); };
/// Matrix and Array own their memory. So may a Ref to const: it holds a copy of what it cannot refer to.
template <class T>
inline constexpr bool eigen_owner = std::is_base_of_v<Eigen::PlainObjectBase<T>, T>;
template <class T, int Options, class Stride>
inline constexpr bool eigen_owner<Eigen::Ref<const T, Options, Stride>> = true;
/// A vector, as far as the type says so.
template <class T>
inline constexpr bool eigen_column = T::ColsAtCompileTime == 1 && T::RowsAtCompileTime != 1;
template <class T>
concept eigen_output = eigen_with_memory<T> && std::floating_point<typename T::Scalar> && requires(T& t) {
  { t.data() } -> std::same_as<typename T::Scalar*>;
};
}  // namespace detail

template <class T>
  requires detail::eigen_dense<T>
struct adapter<T> {
  using scalar = typename T::Scalar;
  static constexpr bool owns = detail::eigen_owner<T>;

  static auto view(const T& m, const hints& h) {
    static_assert(detail::eigen_with_memory<T>,
                  "cnnpool::as_view: this Eigen expression has no memory to view; assign it to a matrix first");
    if constexpr (detail::eigen_with_memory<T>) {
      const index_t extents[] = {m.rows(), m.cols()}, strides[] = {m.rowStride(), m.colStride()};
      hints named = h;
      if (named.axes.empty()) named.axes = detail::eigen_column<T> ? "cn" : "nc";
      const detail::geometry g = detail::geometry_of(2, extents, strides, named, "as_view");
      return feature_view<scalar>(m.data(), g.extents, g.stride, h.quantized);
    }
  }
  static descriptor_span<scalar> output(T& m)
    requires detail::eigen_output<T>
  {
    if constexpr (detail::eigen_column<T>) {
      if (m.rows() > 1 && m.rowStride() != 1)
        raise("pool_into: the Eigen output is a column of ", m.rows(), " numbers with a stride of ", m.rowStride(),
              ", expected adjacent numbers");
      return {m.data(), 1, m.rows()};
    }
    return detail::output_rows("Eigen", m.data(), m.rows(), m.cols(), m.rowStride(), m.colStride(),
                               "a row-major matrix");
  }
};

}  // namespace cnnpool
