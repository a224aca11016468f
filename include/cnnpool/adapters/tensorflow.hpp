// TensorFlow's C API: TF_Tensor, which always lies in host memory, row-major. Axes by rank: c, nc, hwc, nhwc, since
// TensorFlow keeps channels last; hints{.axes = "nchw"} for others. Scale and zero point of its quantised types are
// separate tensors: hints{.quantized}.
//
//   const TF_Tensor* t = TFE_TensorHandleResolve(handle, status);
//   auto d = cnnpool::pool(*t, cnnpool::gem_p<3>{} | cnnpool::l2{});       // before TF_DeleteTensor
#pragma once

#if !__has_include(<tensorflow/c/tf_tensor.h>)
#error "cnnpool/adapters/tensorflow.hpp: <tensorflow/c/tf_tensor.h> is missing; install TensorFlow (PyPI)"
#endif

#include <tensorflow/c/tf_tensor.h>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <>
struct adapter<TF_Tensor> {
  static constexpr bool owns = false;
  static any_feature_view view(const TF_Tensor& t, const hints& h) {
    const int rank = TF_NumDims(&t);
    detail::check_rank(rank, "TF_Tensor");
    const scalar_type type = type_of(TF_TensorType(&t));
    index_t extents[4] = {};
    for (int i = 0; i < rank; ++i) extents[i] = TF_Dim(&t, i);
    hints named = h;
    if (h.axes.empty() && rank > 2) named.axes = rank == 3 ? "hwc" : "nhwc";
    return detail::view_of_axes("TF_Tensor", TF_TensorData(&t), type, rank, extents, nullptr, named, h.quantized);
  }

 private:
  static scalar_type type_of(TF_DataType t) {
    switch (t) {
      case TF_FLOAT: return scalar_type::float32;
      case TF_DOUBLE: return scalar_type::float64;
      case TF_HALF: return scalar_type::float16;
      case TF_BFLOAT16: return scalar_type::bfloat16;
      case TF_INT8:
      case TF_QINT8: return scalar_type::int8;
      case TF_UINT8:
      case TF_QUINT8: return scalar_type::uint8;
      default: break;
    }
    raise("as_view: the TF_Tensor has elements of data type ", static_cast<int>(t),
          ", expected TF_FLOAT, TF_DOUBLE, TF_HALF, TF_BFLOAT16 or 8-bit integers");
  }
};

}  // namespace cnnpool
