// mdspan: std's, the reference implementation's, CCCL's; whatever has data_handle(), extent(i), stride(i) and a static rank().
// Structural: includes nothing. Axes by rank (c, nc, chw, nchw) or hints{.axes}. The accessor must hand out plain pointers and
// the layout must be strided. As an output: two axes, the second adjacent.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool {

namespace detail {
template <class T>
concept mdspan_like = requires(const T& t) {
  typename T::element_type;
  requires activation_scalar<std::remove_const_t<typename T::element_type>>;
  { t.data_handle() } -> std::convertible_to<const typename T::element_type*>;
  { T::rank() } -> std::convertible_to<std::size_t>;
  t.extent(0);
  requires T::rank() == 0 || T::is_always_strided();
};
}  // namespace detail

template <class T>
  requires detail::mdspan_like<T>
struct adapter<T> {
  using scalar = std::remove_const_t<typename T::element_type>;

  static auto view(const T& t, const hints& h) {
    constexpr std::size_t rank = T::rank();
    static_assert(rank >= 1 && rank <= 4, "cnnpool::as_view: an mdspan of activations has 1 to 4 axes");
    index extents[rank], strides[rank];
    for (std::size_t i = 0; i < rank; ++i) {
      extents[i] = static_cast<index>(t.extent(i));
      strides[i] = static_cast<index>(t.stride(i));
    }
    const detail::geometry g = detail::geometry_of(static_cast<index>(rank), extents, strides, h, "as_view");
    return feature_view<scalar>(t.data_handle(), g.extents, g.stride, h.quantized);
  }

  static descriptor_span<scalar> output(const T& t)
    requires(T::rank() == 2 && !std::is_const_v<typename T::element_type>)
  {
    const index rows = static_cast<index>(t.extent(0)), cols = static_cast<index>(t.extent(1));
    if (cols > 1 && t.stride(1) != 1)
      raise("pool_into: the mdspan output of ", rows, " x ", cols, " has a column stride of ", static_cast<index>(t.stride(1)),
            ", expected 1");
    return {t.data_handle(), rows, cols, rows == 1 ? cols : static_cast<index>(t.stride(0))};
  }
};

/// An mdspan of rank 4 (n, c, h, w) over the same memory, of the user's kind: Mdspan<const T, Extents, layout_stride, ...>.
///   to_mdspan<std::mdspan<const float, std::dextents<std::ptrdiff_t, 4>, std::layout_stride>>(view)
/// Array is the array type its mapping takes strides in (cuda::std::array for CCCL's). A view of channel blocks has no single
/// channel stride: an error.
template <class Mdspan, class Array = std::array<std::ptrdiff_t, 4>, class T>
Mdspan to_mdspan(const feature_view<T>& x) {
  using extents = typename Mdspan::extents_type;
  using number = typename extents::index_type;
  const shape& e = x.extents();
  const strides& s = x.stride();
  if (s.block != 1) raise("to_mdspan: a view of ", s.block, "-channel blocks has no single channel stride");
  const extents sizes(static_cast<number>(e.n), static_cast<number>(e.c), static_cast<number>(e.h), static_cast<number>(e.w));
  return Mdspan(x.data(), typename Mdspan::mapping_type(sizes, Array{s.n, s.c, s.h, s.w}));
}

}  // namespace cnnpool
