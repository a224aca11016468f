// Armadillo: Cube (one image: rows, columns and slices are h, w and c), Mat (one descriptor per column), Col and Row
// (one descriptor), and rectangular parts of them (submat, cols, tube, subcube). hints{.axes} renames the axes.
// Structural: includes nothing of Armadillo. Column-major memory is read as it is; a batch is a range of cubes.
// As an output, of float or double: a Mat of d x n, one descriptor per column.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept armadillo_matrix = requires(const T& t) {
  requires activation_scalar<typename T::elem_type>;
  { t.memptr() } -> std::convertible_to<const typename T::elem_type*>;
  t.n_rows + t.n_cols + t.mem_state;
};
template <class T>
concept armadillo_cube = armadillo_matrix<T> && requires(const T& t) { t.n_slices; };
/// A rectangle of a matrix or a box of a cube; it says where it starts and what it is a part of.
template <class T>
concept armadillo_submatrix = requires(const T& t) {
  requires armadillo_matrix<std::remove_cvref_t<decltype(t.m)>>;
  t.aux_row1 + t.aux_col1 + t.n_rows + t.n_cols;
};
template <class T>
concept armadillo_subcube = armadillo_submatrix<T> && requires(const T& t) { t.aux_slice1 + t.n_slices; };

struct armadillo_axes {
  index_t extents[3] = {1, 1, 1}, strides[3] = {1, 1, 1};

  template <class T, class Whole>
  armadillo_axes(const T& t, const Whole& whole) {
    extents[0] = static_cast<index_t>(t.n_rows);
    extents[1] = static_cast<index_t>(t.n_cols);
    strides[1] = static_cast<index_t>(whole.n_rows);
    if constexpr (requires { t.n_slices; }) {
      extents[2] = static_cast<index_t>(t.n_slices);
      strides[2] = static_cast<index_t>(whole.n_rows) * static_cast<index_t>(whole.n_cols);
    }
  }
  template <class Scalar>
  feature_view<Scalar> view(const Scalar* data, index_t rank, std::string_view axes, hints h) const {
    if (h.axes.empty()) h.axes = axes;
    const geometry g = geometry_of(rank, extents, strides, h, "as_view");
    return feature_view<Scalar>(data, g.extents, g.stride, h.quantized);
  }
};
}  // namespace detail

template <class T>
  requires detail::armadillo_matrix<T>
struct adapter<T> {
  using scalar = typename T::elem_type;

  static feature_view<scalar> view(const T& t, const hints& h) {
    const detail::armadillo_axes a(t, t);
    if constexpr (detail::armadillo_cube<T>) return a.view<scalar>(t.memptr(), 3, "hwc", h);
    else if constexpr (T::is_row) return a.view<scalar>(t.memptr(), 2, "nc", h);
    else return a.view<scalar>(t.memptr(), 2, "cn", h);
  }
  static descriptor_span<scalar> output(T& t)
    requires(std::floating_point<scalar> && !detail::armadillo_cube<T>)
  {
    const index_t rows = static_cast<index_t>(t.n_rows), cols = static_cast<index_t>(t.n_cols);
    if constexpr (T::is_row) return {t.memptr(), rows, cols};
    else return {t.memptr(), cols, rows};
  }
};

template <class T>
  requires detail::armadillo_submatrix<T>
struct adapter<T> {
  static constexpr bool owns = false;
  using whole = std::remove_cvref_t<decltype(std::declval<const T&>().m)>;
  using scalar = typename whole::elem_type;

  static feature_view<scalar> view(const T& t, const hints& h) {
    const detail::armadillo_axes a(t, t.m);
    index_t offset = static_cast<index_t>(t.aux_row1) + static_cast<index_t>(t.aux_col1) * a.strides[1];
    if constexpr (detail::armadillo_subcube<T>) {
      offset += static_cast<index_t>(t.aux_slice1) * a.strides[2];
      return a.view<scalar>(t.m.memptr() + offset, 3, "hwc", h);
    } else {
      return a.view<scalar>(t.m.memptr() + offset, 2, T::is_row ? "nc" : "cn", h);
    }
  }
};

}  // namespace cnnpool
