// ONNX Runtime: Ort::Value, Ort::UnownedValue, Ort::ConstValue that are tensors in CPU memory (pinned memory too). Axes
// by rank (c, nc, chw, nchw) or hints{.axes = "nhwc"}; its 8-bit tensors do not carry their scale: hints{.quantized}.
// Structural: includes nothing of ONNX Runtime.
//
//   std::vector<Ort::Value> out = session.Run(...);
//   auto d = cnnpool::pool(out[0], cnnpool::gem_p<3>{} | cnnpool::l2{});
//
// An inner layer becomes an output by onnx_with_output(model_bytes, "conv5_3"), see adapters/onnx.hpp.
#pragma once

#include <concepts>
#include <type_traits>

#include "dense.hpp"
#include "onnx.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept onnxruntime_value = requires(const T& t) {
  t.GetTensorTypeAndShapeInfo().GetShape();
  t.GetTensorTypeAndShapeInfo().GetElementType();
  { t.GetTensorRawData() } -> std::convertible_to<const void*>;
  t.GetTensorMemoryInfo().GetDeviceType();
  { t.IsTensor() } -> std::convertible_to<bool>;
};
}  // namespace detail

template <class T>
  requires detail::onnxruntime_value<T>
struct adapter<T> {
  static constexpr bool owns = !std::is_copy_constructible_v<T>;  // Ort::Value

  static any_feature_view view(const T& t, const hints& h) {
    if (!t) raise("as_view: the Ort::Value is empty");
    if (!t.IsTensor()) raise("as_view: the Ort::Value is a sparse tensor, sequence, map or none, expected a tensor");
    const auto info = t.GetTensorTypeAndShapeInfo();
    const auto shape = info.GetShape();
    const index_t rank = static_cast<index_t>(shape.size());
    detail::check_rank(rank, "Ort::Value");
    index_t extents[4] = {};
    for (index_t i = 0; i < rank; ++i) extents[i] = static_cast<index_t>(shape[static_cast<std::size_t>(i)]);
    const scalar_type type = detail::onnx_type(static_cast<int>(info.GetElementType()), "Ort::Value");
    const int device = static_cast<int>(t.GetTensorMemoryInfo().GetDeviceType());
    if (device != 0)  // OrtMemoryInfoDeviceType_CPU
      raise("as_view: the Ort::Value is on device type ", device, ", expected CPU memory (bind the output to it)");
    return detail::view_of_axes("Ort::Value", t.GetTensorRawData(), type, rank, extents, nullptr, h, h.quantized);
  }
};

}  // namespace cnnpool
