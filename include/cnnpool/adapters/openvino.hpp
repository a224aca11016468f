// OpenVINO: ov::Tensor in host memory, regions of interest too. Axes by rank (c, nc, chw, nchw) or
// hints{.axes = "nhwc"}; its 8-bit tensors do not carry their scale: hints{.quantized}.
// As an output, of f32: one axis, or two, the last adjacent.
//
//   request.infer();
//   const ov::Tensor conv = request.get_tensor("conv5_3");     // model->add_output("conv5_3") before compiling
//   auto d = cnnpool::pool(conv, cnnpool::gem_p<3>{} | cnnpool::l2{});
#pragma once

#if !__has_include(<openvino/runtime/tensor.hpp>)
#error "cnnpool/adapters/openvino.hpp: <openvino/runtime/tensor.hpp> is missing; install OpenVINO (PyPI: openvino)"
#endif

#include <openvino/runtime/remote_tensor.hpp>
#include <openvino/runtime/tensor.hpp>

#include "../core/descriptors.hpp"
#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <>
struct adapter<ov::Tensor> {

  static any_feature_view view(const ov::Tensor& t, const hints& h) {
    refuse_unreadable(t, "as_view");
    const scalar_type type = type_of(t.get_element_type());
    const detail::axes a = axes_of(t, type);
    return detail::view_of_axes("ov::Tensor", t.data(), type, a.rank, a.extents, a.strides, h, h.quantized);
  }
  static descriptor_span<float> output(ov::Tensor& t) {
    refuse_unreadable(t, "pool_into");
    if (t.get_element_type() != ov::element::f32)
      raise("pool_into: the ov::Tensor output has elements of ", t.get_element_type().get_type_name(),
            ", expected f32");
    return detail::output_of_axes("ov::Tensor", static_cast<float*>(t.data()), axes_of(t, scalar_type::float32));
  }

 private:
  static void refuse_unreadable(const ov::Tensor& t, const char* where) {
    if (!t) raise(where, ": the ov::Tensor is empty");
    if (t.is<ov::RemoteTensor>()) raise(where, ": the ov::Tensor is remote, expected host memory; copy_to brings it");
    const std::size_t rank = t.get_shape().size();
    if (rank < 1 || rank > 4) raise(where, ": the ov::Tensor has ", rank, " axes, expected 1 to 4");
  }
  static detail::axes axes_of(const ov::Tensor& t, scalar_type type) {
    const ov::Shape& shape = t.get_shape();
    const ov::Strides bytes = t.get_strides();
    detail::axes a(static_cast<index_t>(shape.size()), [&](std::size_t i) { return shape.data()[i]; },
                   [&](std::size_t i) { return bytes.data()[i]; });
    detail::bytes_to_elements("ov::Tensor", type, a.rank, a.strides);
    return a;
  }
  static scalar_type type_of(const ov::element::Type& t) {
    if (t == ov::element::f32) return scalar_type::float32;
    if (t == ov::element::f64) return scalar_type::float64;
    if (t == ov::element::f16) return scalar_type::float16;
    if (t == ov::element::bf16) return scalar_type::bfloat16;
    if (t == ov::element::i8) return scalar_type::int8;
    if (t == ov::element::u8) return scalar_type::uint8;
    raise("as_view: the ov::Tensor has elements of ", t.get_type_name(), ", expected f16, f32, f64, bf16, i8 or u8");
  }
};

}  // namespace cnnpool
