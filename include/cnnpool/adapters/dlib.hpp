// dlib: tensor, resizable_tensor, alias_tensor_instance: n x c x h x w of float (num_samples, k, nr, nc), row-major.
// Structural: includes nothing of dlib. host() gives the memory; if dlib runs on a GPU, it copies from there first.
//
//   const auto& conv1 = dlib::layer<3>(net).get_output();   // throws if the layer after it works in place
#pragma once

#include <concepts>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept dlib_tensor = requires(const T& t) {
  { t.host() } -> std::same_as<const float*>;
  t.num_samples() + t.k() + t.nr() + t.nc();
};
}  // namespace detail

template <class T>
  requires detail::dlib_tensor<T>
struct adapter<T> {
  static constexpr bool owns = requires(T& t) { t.set_size(1, 1, 1, 1); };

  static feature_view<float> view(const T& t, const hints& h) {
    const index_t extents[] = {static_cast<index_t>(t.num_samples()), static_cast<index_t>(t.k()),
                             static_cast<index_t>(t.nr()), static_cast<index_t>(t.nc())};
    const index_t strides[] = {extents[1] * extents[2] * extents[3], extents[2] * extents[3], extents[3], 1};
    const detail::geometry g = detail::geometry_of(4, extents, strides, h, "as_view");
    const bool empty = t.num_samples() == 0 || t.k() == 0 || t.nr() == 0 || t.nc() == 0;
    return feature_view<float>(empty ? nullptr : t.host(), g.extents, g.stride, h.quantized);
  }
};

}  // namespace cnnpool
