// Arm NN: Tensor and ConstTensor, row-major, of Float32, Float16, BFloat16, QAsymmU8, QAsymmS8 and QSymmS8; scale and
// offset come with the 8-bit ones. The tensor does not say whether its axes are NCHW or NHWC: they go by rank (c, nc,
// chw, nchw), or hints{.axes = "nhwc"}. Structural: includes nothing of Arm NN. The tensors own nothing; their buffer
// must outlive the view.
#pragma once

#include <cstdint>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept armnn_tensor = requires(const T& t) {
  t.GetMemoryArea();
  t.GetInfo().GetShape().GetNumDimensions() + t.GetInfo().GetShape()[0];
  t.GetInfo().GetDataType();
  t.GetInfo().GetQuantizationScale() + static_cast<float>(t.GetInfo().GetQuantizationOffset());
  t.GetInfo().HasMultipleQuantizationScales();
};
}  // namespace detail

template <class T>
  requires detail::armnn_tensor<T>
struct adapter<T> {
  static constexpr bool owns = false;
  static any_feature_view view(const T& t, const hints& h) {
    const auto& info = t.GetInfo();
    const auto& shape = info.GetShape();
    const index_t rank = static_cast<index_t>(shape.GetNumDimensions());
    detail::check_rank(rank, "Arm NN tensor");
    index_t extents[4] = {};
    for (index_t i = 0; i < rank; ++i) extents[i] = static_cast<index_t>(shape[static_cast<unsigned int>(i)]);
    const scalar_type type = type_of(static_cast<int>(info.GetDataType()));
    quantization q = h.quantized;
    if (type == scalar_type::int8 || type == scalar_type::uint8) {
      if (info.HasMultipleQuantizationScales())
        raise("as_view: the Arm NN tensor has one scale per channel, expected one for all");
      if (info.GetQuantizationScale() > 0) q = {info.GetQuantizationScale(), info.GetQuantizationOffset()};
    }
    return detail::view_of_axes("Arm NN tensor", t.GetMemoryArea(), type, rank, extents, nullptr, h, q);
  }

 private:
  static scalar_type type_of(int code) {
    switch (code) {  // armnn::DataType
      case 0: return scalar_type::float16;
      case 1: return scalar_type::float32;
      case 2: return scalar_type::uint8;
      case 7:
      case 8: return scalar_type::int8;
      case 9: return scalar_type::bfloat16;
    }
    raise("as_view: the Arm NN tensor has elements of data type ", code,
          ", expected Float32, Float16, BFloat16, QAsymmU8, QAsymmS8 or QSymmS8");
  }
};

}  // namespace cnnpool
