// thrust::device_vector, host_vector and device_ptr, which have no shape: the caller gives it.
//
//   auto x = cnnpool::thrust_view(v, {.n = 8, .c = 512, .h = 24, .w = 32}, cnnpool::nchw);      // checks v's size
//   cnnpool::pool_into(cnnpool::thrust_backend{}, x, cnnpool::rmac{}, cnnpool::thrust_rows(out, 8, 512), workspace);
//
// Without a shape a vector is one image of v.size() channels, and as an output one row. The memory space is the
// device's if Thrust's device system is CUDA, the host's otherwise. A vector that grows may move; views do not follow.
#pragma once

#if !defined(THRUST_DEVICE_SYSTEM) && !defined(__CUDACC__)
#error "cnnpool: choose Thrust's system for the whole program, e.g. -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_OMP"
#endif

#if !__has_include(<thrust/device_ptr.h>)
#error "cnnpool/adapters/thrust.hpp: <thrust/device_ptr.h> is missing; install Thrust (CUDA toolkit, or Debian: libthrust-dev)"
#endif

#include <thrust/device_ptr.h>
#include <thrust/device_vector.h>
#include <thrust/host_vector.h>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// The memory of thrust::device_vector.
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
using thrust_space = device_space;
#else
using thrust_space = host_space;
#endif

namespace detail {
/// Raises if the vector is smaller than what the shape and the strides, none of them negative, reach.
template <class T, class Space>
feature_view<T, Space> checked_size_of(const feature_view<T, Space>& x, std::size_t size) {
  const shape& e = x.extents();
  if (checked_size(e, "thrust_view") == 0) return x;
  const index_t reach = x.offset(e.n - 1, e.c - 1, e.h - 1, e.w - 1) + 1;
  if (reach > static_cast<index_t>(size))
    raise("thrust_view: the vector has ", size, " elements, ", to_string(e), " reaches to element ", reach);
  return x;
}
template <class Space, class T>
descriptor_span<T, Space> thrust_row_span(T* data, std::size_t size, index_t rows, index_t cols) {
  if (checked_size({.n = rows, .c = cols}, "thrust_rows") != static_cast<index_t>(size))
    raise("thrust_rows: the vector has ", size, " elements, expected ", rows, " x ", cols);
  return {data, rows, cols};
}
template <class Space, class T>
feature_view<T, Space> thrust_channels(const T* data, std::size_t size, const hints& h) {
  const index_t extent = static_cast<index_t>(size), stride = 1;
  const geometry g = geometry_of(1, &extent, &stride, h, "as_view");
  return {data, g.extents, g.stride, h.quantized};
}
}  // namespace detail

template <class T, class A, class Layout>
auto thrust_view(const thrust::device_vector<T, A>& v, const shape& s, const Layout& layout, quantization q = {}) {
  const T* const data = thrust::raw_pointer_cast(v.data());
  return detail::checked_size_of(feature_view<T, thrust_space>(data, s, layout, q), v.size());
}
template <class T, class A, class Layout>
auto thrust_view(const thrust::host_vector<T, A>& v, const shape& s, const Layout& layout, quantization q = {}) {
  return detail::checked_size_of(feature_view<T>(thrust::raw_pointer_cast(v.data()), s, layout, q), v.size());
}
template <class T, class Layout>
auto thrust_view(thrust::device_ptr<T> p, const shape& s, const Layout& layout, quantization q = {}) {
  return feature_view<std::remove_const_t<T>, thrust_space>(thrust::raw_pointer_cast(p), s, layout, q);
}

/// rows x cols descriptors in a vector of exactly that many elements.
template <class T, class A>
auto thrust_rows(thrust::device_vector<T, A>& v, index_t rows, index_t cols) {
  return detail::thrust_row_span<thrust_space>(thrust::raw_pointer_cast(v.data()), v.size(), rows, cols);
}
template <class T, class A>
auto thrust_rows(thrust::host_vector<T, A>& v, index_t rows, index_t cols) {
  return detail::thrust_row_span<host_space>(thrust::raw_pointer_cast(v.data()), v.size(), rows, cols);
}

template <activation_scalar T, class A>
struct adapter<thrust::device_vector<T, A>> {
  static auto view(const thrust::device_vector<T, A>& v, const hints& h) {
    return detail::thrust_channels<thrust_space>(thrust::raw_pointer_cast(v.data()), v.size(), h);
  }
  static auto output(thrust::device_vector<T, A>& v)
    requires std::floating_point<T>
  {
    return thrust_rows(v, 1, static_cast<index_t>(v.size()));
  }
};
template <activation_scalar T, class A>
struct adapter<thrust::host_vector<T, A>> {
  static auto view(const thrust::host_vector<T, A>& v, const hints& h) {
    return detail::thrust_channels<host_space>(thrust::raw_pointer_cast(v.data()), v.size(), h);
  }
  static auto output(thrust::host_vector<T, A>& v)
    requires std::floating_point<T>
  {
    return thrust_rows(v, 1, static_cast<index_t>(v.size()));
  }
};

}  // namespace cnnpool
