// std::vector, std::array, std::span of activations: one image of c channels (an fc layer), unless hints say otherwise;
// a vector of vectors is a list of them. As outputs, of float or double: one row.
#pragma once

#include <array>
#include <concepts>
#include <span>
#include <type_traits>
#include <vector>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
auto view_of_numbers(const T* data, std::size_t size, const hints& h) {
  const index_t extent = static_cast<index_t>(size), stride = 1;
  const geometry g = geometry_of(1, &extent, &stride, h, "as_view");
  return feature_view<T>(data, g.extents, g.stride, h.quantized);
}
}  // namespace detail

template <activation_scalar T, class Allocator>
struct adapter<std::vector<T, Allocator>> {
  static auto view(const std::vector<T, Allocator>& v, const hints& h) {
    return detail::view_of_numbers(v.data(), v.size(), h);
  }
  static descriptor_span<T> output(std::vector<T, Allocator>& v)
    requires std::floating_point<T>
  {
    return {v.data(), 1, static_cast<index_t>(v.size())};
  }
};
template <activation_scalar T, std::size_t N>
struct adapter<std::array<T, N>> {
  static auto view(const std::array<T, N>& v, const hints& h) { return detail::view_of_numbers(v.data(), N, h); }
  static descriptor_span<T> output(std::array<T, N>& v)
    requires std::floating_point<T>
  {
    return {v.data(), 1, static_cast<index_t>(N)};
  }
};
template <class T, std::size_t Extent>
  requires activation_scalar<std::remove_const_t<T>>
struct adapter<std::span<T, Extent>> {
  static constexpr bool owns = false;
  static auto view(const std::span<T, Extent>& v, const hints& h) {
    return detail::view_of_numbers<std::remove_const_t<T>>(v.data(), v.size(), h);
  }
  static descriptor_span<T> output(const std::span<T, Extent>& v)
    requires(std::floating_point<T> && !std::is_const_v<T>)
  {
    return {v.data(), 1, static_cast<index_t>(v.size())};
  }
};

/// A row of descriptors is a span.
template <class T>
struct adapter<descriptor_row<T>> : adapter<std::span<T>> {};

}  // namespace cnnpool
