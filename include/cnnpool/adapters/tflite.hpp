// TensorFlow Lite and LiteRT: TfLiteTensor, or any struct with its fields (type, data.raw, dims->size, dims->data,
// params.scale, params.zero_point). Axes by rank: c, nc, hwc, nhwc, since TF Lite keeps channels last. Structural:
// includes nothing of TF Lite. Scale and zero point come with 8-bit tensors.
//
//   auto d = cnnpool::pool(*interpreter->tensor(i), cnnpool::gem_p<3>{} | cnnpool::l2{});     // until the next Invoke
//   auto x = cnnpool::litert_view(host_memory, scalar_type::float32, rank, dims);        // LiteRT's buffers
//
// A scale per channel (quantization.params with more than one) and a sparse tensor are errors.
#pragma once

#include <type_traits>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// From a host pointer (LiteRtLockTensorBuffer, LiteRtGetTensorBufferHostMemory) and LiteRtLayout's dimensions.
template <class Int>
any_feature_view litert_view(const void* data, scalar_type type, index_t rank, const Int* dims, const hints& h = {}) {
  detail::check_rank(rank, "TF Lite tensor");
  index_t extents[4] = {};
  for (index_t i = 0; i < rank; ++i) extents[i] = static_cast<index_t>(dims[i]);
  hints named = h;
  if (h.axes.empty() && rank > 2) named.axes = rank == 3 ? "hwc" : "nhwc";
  return detail::view_of_axes("TF Lite tensor", data, type, rank, extents, nullptr, named, h.quantized);
}

namespace detail {
template <class T>
concept tflite_tensor = requires(const T& t) {
  static_cast<int>(t.type);
  t.data.raw;
  t.dims->size + t.dims->data[0];
  t.params.scale;
  t.params.zero_point;
};
inline scalar_type tflite_type(int code) {
  switch (code) {  // TfLiteType
    case 1: return scalar_type::float32;
    case 3: return scalar_type::uint8;
    case 9: return scalar_type::int8;
    case 10: return scalar_type::float16;
    case 11: return scalar_type::float64;
    case 19: return scalar_type::bfloat16;
  }
  raise("as_view: the TF Lite tensor has elements of TfLiteType ", code,
        ", expected float32, float64, float16, bfloat16, int8 or uint8");
}
}  // namespace detail

template <class T>
  requires detail::tflite_tensor<T>
struct adapter<T> {
  static constexpr bool owns = false;
  static any_feature_view view(const T& t, const hints& h) {
    if (t.dims == nullptr) raise("as_view: the TF Lite tensor has no shape (AllocateTensors was not called)");
    const index_t rank = t.dims->size;
    detail::check_rank(rank, "TF Lite tensor");
    if constexpr (requires { t.sparsity; })
      if (t.sparsity != nullptr) raise("as_view: the TF Lite tensor is sparse, expected a dense one");
    const scalar_type type = detail::tflite_type(static_cast<int>(t.type));
    hints named = h;
    if (type == scalar_type::int8 || type == scalar_type::uint8) {
      if constexpr (requires { t.quantization.params; }) check_scales(t);
      if (t.params.scale > 0) named.quantized = {t.params.scale, static_cast<int>(t.params.zero_point)};
    }
    return litert_view(t.data.raw, type, rank, t.dims->data, named);
  }

 private:
  /// quantization.type 1 is affine; its params begin with the array of scales, which begins with its size.
  static void check_scales(const T& t) {
    if (static_cast<int>(t.quantization.type) != 1 || t.quantization.params == nullptr) return;
    const int* const* const scales = static_cast<const int* const*>(t.quantization.params);
    if (*scales != nullptr && **scales > 1)
      raise("as_view: the TF Lite tensor has ", **scales, " scales, expected one for all channels");
  }
};

}  // namespace cnnpool
