// What the adapters of tensors with run-time types share: one entry with the checks that all of them need.
#pragma once

#include <cstdint>

#include "../adapter.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

constexpr std::size_t bytes_of(scalar_type t) {
  switch (t) {
    case scalar_type::float64: return 8;
    case scalar_type::float32: return 4;
    case scalar_type::float16:
    case scalar_type::bfloat16: return 2;
    case scalar_type::int8:
    case scalar_type::uint8: break;
  }
  return 1;
}

inline void check_rank(index_t rank, const char* kind) {
  if (rank < 1 || rank > 4) raise("as_view: the ", kind, " has ", rank, " axes, expected 1 to 4");
}

/// kind: "DLPack tensor", for messages. element_strides == nullptr: row-major without gaps.
template <class Space = host_space>
basic_any_feature_view<Space> view_of_axes(const char* kind, const void* data, scalar_type type, index_t rank,
                                     const index_t* extents, const index_t* element_strides, const hints& h,
                                     const quantization& q) {
  check_rank(rank, kind);
  index_t dense[4], step = 1;
  for (index_t i = rank - 1; i >= 0; --i) {
    dense[i] = step;
    if (!multiply(step, extents[i], step)) step = 0;  // feature_view names the extents
  }
  const geometry g = geometry_of(rank, extents, element_strides == nullptr ? dense : element_strides, h, "as_view");
  if (reinterpret_cast<std::uintptr_t>(data) % bytes_of(type) != 0)
    raise("as_view: the ", kind, "'s first element is not at a multiple of its ", bytes_of(type),
          " bytes, expected aligned elements");
  return {data, type, g.extents, g.stride, q};
}

/// From strides in bytes; each must be a multiple of the element.
inline void bytes_to_elements(const char* kind, scalar_type type, index_t rank, index_t* strides) {
  const index_t size = static_cast<index_t>(bytes_of(type));
  for (index_t i = 0; i < rank; ++i) {
    if (strides[i] % size != 0)
      raise("as_view: the ", kind, " has a stride of ", strides[i], " bytes, expected a multiple of its ", size,
            "-byte elements");
    strides[i] /= size;
  }
}

}  // namespace cnnpool::detail
