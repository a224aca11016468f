// The CUDA array interface, by which CuPy, Numba, PyTorch and RAPIDS hand GPU arrays to each other: the fields of its
// dictionary as a struct, turned into a view of device memory. Versions 2 and 3. Includes nothing.
//
//   cnnpool::cuda_array a{.data = pointer, .typestr = "<f4", .ndim = 4, .shape = {2, 512, 24, 32}};
//   cnnpool::pool_into(cnnpool::cuda_backend{}, a, cnnpool::gem_p<3>{}, out, workspace);   out: a span on the device
//
// float64, float32, float16, int8, uint8 in this machine's byte order; strides are in bytes, none means row-major. A
// mask is an error; the caller has to wait for a stream (version 3).
#pragma once

#include <bit>
#include <string_view>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct cuda_array {
  const void* data = nullptr;
  std::string_view typestr = {};
  int ndim = 0;
  index_t shape[4] = {};
  bool has_strides = false;
  index_t strides[4] = {};  // bytes
  bool has_mask = false;
  int version = 3;
};

template <>
struct adapter<cuda_array> {
  static constexpr bool owns = false;
  static basic_any_feature_view<device_space> view(const cuda_array& a, const hints& h) {
    if (a.version < 2) raise("as_view: the CUDA array interface is of version ", a.version, ", expected 2 or 3");
    detail::check_rank(a.ndim, "CUDA array");
    if (a.has_mask) raise("as_view: the CUDA array has a mask, expected all elements to be valid");
    const scalar_type type = type_of(a.typestr);
    index_t strides[4] = {}, step = static_cast<index_t>(detail::bytes_of(type));
    for (int i = a.ndim - 1; i >= 0; --i) {
      strides[i] = a.has_strides ? a.strides[i] : step;
      if (!detail::multiply(step, a.shape[i], step)) step = 0;  // feature_view names the extents
    }
    detail::bytes_to_elements("CUDA array", type, a.ndim, strides);
    const detail::geometry g = detail::geometry_of(a.ndim, a.shape, strides, h, "as_view");
    return {a.data, type, g.extents, g.stride, h.quantized};
  }

 private:
  static scalar_type type_of(std::string_view t) {
    constexpr char other = std::endian::native == std::endian::little ? '>' : '<';
    const std::string_view code = t.empty() ? t : t.substr(1);
    if (t.size() == 3 && t[0] == other && code[1] != '1')
      raise("as_view: the CUDA array has elements \"", t, "\" of the other byte order");
    if (code == "f4") return scalar_type::float32;
    if (code == "f8") return scalar_type::float64;
    if (code == "f2") return scalar_type::float16;
    if (code == "i1") return scalar_type::int8;
    if (code == "u1") return scalar_type::uint8;
    raise("as_view: the CUDA array has elements \"", t, "\", expected f2, f4, f8, i1 or u1");
  }
};

}  // namespace cnnpool
