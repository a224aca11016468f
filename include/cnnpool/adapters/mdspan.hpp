// mdspan: std's, the reference implementation's, CCCL's; whatever has data_handle(), extent(i), stride(i) and a static
// rank(). Structural: includes nothing. Axes by rank (c, nc, chw, nchw) or hints{.axes}.
// As an output, of float or double: one axis (one descriptor) or two, the last adjacent; other strides are an error.
//
// A layout without strides, an accessor that computes its elements, or another rank is a compile-time error. An
// accessor does not say which memory it points to: host memory is assumed.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept mdspan_like = requires(const T& t) {
  typename T::element_type;
  t.data_handle();
  { T::rank() } -> std::convertible_to<std::size_t>;
  t.extent(0);
};
/// data_handle() points to the elements themselves.
template <class T>
concept mdspan_of_pointers = mdspan_like<T> && requires(const T& t) {
  { t.data_handle() } -> std::convertible_to<const typename T::element_type*>;
} && (!requires { typename T::reference; } || requires { requires std::is_lvalue_reference_v<typename T::reference>; });
template <class T>
concept mdspan_with_strides = mdspan_like<T> && requires { requires T::is_always_strided(); };
}  // namespace detail

template <class T>
  requires detail::mdspan_like<T>
struct adapter<T> {
  static constexpr bool owns = false;
  using scalar = std::remove_const_t<typename T::element_type>;
  static constexpr std::size_t rank = T::rank();

  static auto view(const T& t, const hints& h) {
    constexpr bool has_axes = rank >= 1 && rank <= 4;
    static_assert(has_axes, "cnnpool::as_view: an mdspan of activations has 1 to 4 axes");
    static_assert(detail::mdspan_with_strides<T>, "cnnpool::as_view: the layout of this mdspan has no strides");
    static_assert(detail::mdspan_of_pointers<T>,
                  "cnnpool::as_view: the accessor of this mdspan does not hand out the elements in memory");
    if constexpr (has_axes && detail::mdspan_with_strides<T> && detail::mdspan_of_pointers<T>) {
      const detail::axes a = axes_of(t);
      const detail::geometry g = detail::geometry_of(a.rank, a.extents, a.strides, h, "as_view");
      return feature_view<scalar>(t.data_handle(), g.extents, g.stride, h.quantized);
    }
  }

  static descriptor_span<scalar> output(const T& t)
    requires((rank == 1 || rank == 2) && std::floating_point<typename T::element_type> &&
             !std::is_const_v<typename T::element_type> && detail::mdspan_with_strides<T> &&
             detail::mdspan_of_pointers<T>)
  {
    return detail::output_of_axes("mdspan", t.data_handle(), axes_of(t));
  }

 private:
  static detail::axes axes_of(const T& t) {
    return {static_cast<index_t>(rank), [&](std::size_t i) { return t.extent(i); },
            [&](std::size_t i) { return t.stride(i); }};
  }
};

/// An mdspan of rank 4 (n, c, h, w) over the same memory, of the user's kind: Mdspan<const T, Extents, layout_stride>.
///   to_mdspan<std::mdspan<const float, std::dextents<std::ptrdiff_t, 4>, std::layout_stride>>(view)
/// Array is the array type that its mapping takes strides in (cuda::std::array for CCCL's). Errors: what layout_stride
/// cannot express (channel blocks, strides of 0 and negative ones), and numbers beyond the mdspan's index type.
template <class Mdspan, class Array = std::array<std::ptrdiff_t, 4>, class T>
Mdspan to_mdspan(const feature_view<T>& x) {
  using extents = typename Mdspan::extents_type;
  using number = typename extents::index_type;
  const shape& e = x.extents();
  const strides& s = x.stride();
  if (s.block != 1) raise("to_mdspan: a view of ", s.block, "-channel blocks has no single channel stride");
  const index_t extent[] = {e.n, e.c, e.h, e.w};
  index_t stride[] = {s.n, s.c, s.h, s.w};
  if (checked_size(e, "to_mdspan") == 0) {  // no element has an offset: strides that every mapping takes
    const shape counted{e.n > 0 ? e.n : 1, e.c > 0 ? e.c : 1, e.h > 0 ? e.h : 1, e.w > 0 ? e.w : 1};
    checked_size(counted, "to_mdspan");
    const strides dense = nchw(counted);
    stride[0] = dense.n, stride[1] = dense.c, stride[2] = dense.h, stride[3] = dense.w;
  }
  for (std::size_t i = 0; i < 4; ++i) {
    if (extent[i] == 1) stride[i] = 1;  // a view has 0 there, which layout_stride forbids
    const std::string_view axis = std::string_view("nchw").substr(i, 1);
    if (stride[i] <= 0)
      raise("to_mdspan: axis ", axis, " of extent ", extent[i], " has a stride of ", stride[i],
            ", expected a positive one");
    if (!std::in_range<number>(extent[i]) || !std::in_range<number>(stride[i]))
      raise("to_mdspan: axis ", axis, " of extent ", extent[i], " with a stride of ", stride[i],
            " does not fit the mdspan's index type");
  }
  const auto as_number = [](index_t i) { return static_cast<number>(i); };
  const extents sizes(as_number(e.n), as_number(e.c), as_number(e.h), as_number(e.w));
  return Mdspan(x.data(), typename Mdspan::mapping_type(sizes, Array{stride[0], stride[1], stride[2], stride[3]}));
}

}  // namespace cnnpool
