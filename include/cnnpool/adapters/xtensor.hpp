// xtensor containers, adaptors, views and strided views: whatever has data(), data_offset(), dimension(), shape() and
// strides(). Structural: includes nothing of xtensor, whose headers moved between versions. Axes by rank (c, nc, chw,
// nchw) or hints{.axes}. As an output, of float or double: one axis (one descriptor) or two, the last adjacent.
// A view that was made of a temporary container holds that container, and cannot be told from one that does not: give
// it a name.
#pragma once

#include <concepts>
#include <type_traits>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept xtensor_like = requires(const T& t) {
  requires activation_scalar<std::remove_const_t<typename T::value_type>>;
  { t.data() } -> std::convertible_to<const typename T::value_type*>;
  { t.data_offset() } -> std::convertible_to<std::ptrdiff_t>;
  { t.dimension() } -> std::convertible_to<std::size_t>;
  t.shape()[0];
  t.strides()[0];
};
/// xarray, xtensor and xtensor_fixed own their memory: an expression's temporary_type, what it evaluates to, is itself.
template <class T>
concept xtensor_owner =
    xtensor_like<T> && requires { requires std::is_same_v<typename T::temporary_type, T>; };
}  // namespace detail

template <class T>
  requires detail::xtensor_like<T>
struct adapter<T> {
  using scalar = std::remove_const_t<typename T::value_type>;
  static constexpr bool owns = detail::xtensor_owner<T>;

  static auto view(const T& t, const hints& h) {
    const detail::axes a = axes_of(t);
    if (a.rank > 4) raise("as_view: the xtensor expression has ", a.rank, " axes, expected 1 to 4");
    const detail::geometry g = detail::geometry_of(a.rank, a.extents, a.strides, h, "as_view");
    return feature_view<scalar>(t.data() + static_cast<index_t>(t.data_offset()), g.extents, g.stride, h.quantized);
  }

  static descriptor_span<scalar> output(T& t)
    requires(std::floating_point<scalar> && !std::is_const_v<std::remove_pointer_t<decltype(t.data())>>)
  {
    return detail::output_of_axes("xtensor", t.data() + static_cast<index_t>(t.data_offset()), axes_of(t));
  }

 private:
  static detail::axes axes_of(const T& t) {
    return {static_cast<index_t>(t.dimension()), [&](std::size_t i) { return t.shape()[i]; },
            [&](std::size_t i) { return t.strides()[i]; }};
  }
};

}  // namespace cnnpool
