// Kokkos::View of 1 to 4 axes in any layout (LayoutLeft, LayoutRight, LayoutStride, subviews), of memory that the host
// reads. Axes by rank (c, nc, chw, nchw) or hints{.axes}. Structural: includes nothing of Kokkos.
// As an output, of float or double: one axis (one descriptor) or two, the last adjacent (LayoutRight).
//
// A View of a GPU's memory is a compile-time error; create_mirror_view_and_copy copies it to the host. A View counts
// its owners: as_view of a temporary one is a compile-time error too, unless it is unmanaged.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept kokkos_view = requires(const T& t) {
  typename T::array_layout;
  typename T::memory_space;
  typename T::traits::host_mirror_space;
  typename T::non_const_value_type;
  t.data();
  t.extent(0) + t.stride(std::size_t{0});
};
/// If a mirror for the host would be in the same memory, the host can read this View itself.
template <class T>
inline constexpr bool kokkos_on_host =
    std::is_same_v<typename T::traits::host_mirror_space::memory_space, typename T::memory_space>;
}  // namespace detail

template <class T>
  requires detail::kokkos_view<T>
struct adapter<T> {
  using scalar = typename T::non_const_value_type;
  static constexpr bool owns = !T::traits::memory_traits::is_unmanaged;
  static constexpr std::size_t rank = T::rank;

  static auto view(const T& t, const hints& h) {
    constexpr bool has_axes = rank >= 1 && rank <= 4;
    static_assert(has_axes, "cnnpool::as_view: a Kokkos::View of activations has 1 to 4 axes");
    static_assert(activation_scalar<scalar>,
                  "cnnpool::as_view: a Kokkos::View of activations holds float, double or 8-bit integers");
    static_assert(detail::kokkos_on_host<T>,
                  "cnnpool::as_view: this Kokkos::View is not in host memory; create_mirror_view_and_copy brings it");
    if constexpr (has_axes && activation_scalar<scalar> && detail::kokkos_on_host<T>) {
      const detail::axes a = axes_of(t);
      const detail::geometry g = detail::geometry_of(a.rank, a.extents, a.strides, h, "as_view");
      return feature_view<scalar>(t.data(), g.extents, g.stride, h.quantized);
    }
  }
  static descriptor_span<scalar> output(const T& t)
    requires((rank == 1 || rank == 2) && std::floating_point<typename T::value_type> &&
             !std::is_const_v<typename T::value_type> && detail::kokkos_on_host<T>)
  {
    return detail::output_of_axes("Kokkos", t.data(), axes_of(t), "1 (LayoutRight)");
  }

 private:
  static detail::axes axes_of(const T& t) {
    return {static_cast<index_t>(rank), [&](std::size_t i) { return t.extent(i); },
            [&](std::size_t i) { return t.stride(i); }};
  }
};

}  // namespace cnnpool
