// libtorch: at::Tensor (torch::Tensor) on the CPU, strided: contiguous, channels_last, slices, expand(), transposes;
// float, double, Half, BFloat16, Char, Byte, and per-tensor quantised QInt8 and QUInt8 with their scale. Axes by rank
// (c, nc, chw, nchw): channels_last is NCHW with other strides and needs no hint. Structural: includes nothing of it.
// As an output, of float: one axis, or two, the last adjacent. A tensor that requires a gradient is an error, since its
// descriptors have none.
//
//   const at::Tensor conv = features->forward(image);       // a name: the view does not keep the tensor alive
//   auto d = cnnpool::pool(conv, cnnpool::gem_p<3>{} | cnnpool::l2{});
#pragma once

#include <concepts>

#include "../core/descriptors.hpp"
#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
/// c10::ScalarType, stored in files and therefore fixed; ExecuTorch uses the same numbers.
inline scalar_type torch_type(int code, const char* kind) {
  switch (code) {
    case 0:
    case 13: return scalar_type::uint8;
    case 1:
    case 12: return scalar_type::int8;
    case 5: return scalar_type::float16;
    case 6: return scalar_type::float32;
    case 7: return scalar_type::float64;
    case 15: return scalar_type::bfloat16;
  }
  raise("as_view: the ", kind, " has elements of scalar type ", code,
        ", expected Float, Double, Half, BFloat16, Char, Byte, QInt8 or QUInt8");
}
template <class T>
concept torch_tensor = requires(const T& t) {
  t.sizes();
  t.strides();
  t.scalar_type();
  t.layout();
  { t.is_quantized() } -> std::convertible_to<bool>;
  { t.is_sparse() } -> std::convertible_to<bool>;
  { t.defined() } -> std::convertible_to<bool>;
};
template <class T>
axes torch_axes(const T& t, const char* where) {
  if (!t.defined()) raise(where, ": the at::Tensor is undefined");
  if (!t.device().is_cpu()) raise(where, ": the at::Tensor is on ", t.device().str(), ", expected cpu");
  if (static_cast<int>(t.layout()) != 0)
    raise(where, ": the at::Tensor is sparse or of another library's layout, expected a strided one");
  if (t.is_neg() || t.is_conj())
    raise(where, ": the at::Tensor is negated or conjugated lazily, expected resolve_neg() and resolve_conj()");
  if (t.requires_grad())
    raise(where, ": the at::Tensor requires a gradient, which pooling does not hand on; expected tensor.detach() ",
          "or a tensor computed under torch::NoGradGuard");
  const index_t rank = static_cast<index_t>(t.dim());
  if (rank < 1 || rank > 4) raise(where, ": the at::Tensor has ", rank, " axes, expected 1 to 4");
  return {rank, [&](std::size_t i) { return t.sizes()[i]; }, [&](std::size_t i) { return t.strides()[i]; }};
}
}  // namespace detail

template <class T>
  requires detail::torch_tensor<T>
struct adapter<T> {

  static any_feature_view view(const T& t, const hints& h) {
    const detail::axes a = detail::torch_axes(t, "as_view");
    const scalar_type type = detail::torch_type(static_cast<int>(t.scalar_type()), "at::Tensor");
    quantization q = h.quantized;
    if (t.is_quantized()) {
      if (static_cast<int>(t.qscheme()) != 0)  // kPerTensorAffine
        raise("as_view: the at::Tensor has one scale per channel, expected one for all (per_tensor_affine)");
      q = {static_cast<float>(t.q_scale()), static_cast<int>(t.q_zero_point())};
    }
    return detail::view_of_axes("at::Tensor", data(t), type, a.rank, a.extents, a.strides, h, q);
  }
  static descriptor_span<float> output(T& t) {
    const detail::axes a = detail::torch_axes(t, "pool_into");
    if (static_cast<int>(t.scalar_type()) != 6)
      raise("pool_into: the at::Tensor output has scalar type ", static_cast<int>(t.scalar_type()), ", expected Float");
    return detail::output_of_axes("at::Tensor", static_cast<float*>(t.data_ptr()), a);
  }

 private:
  static const void* data(const T& t) {
    if constexpr (requires { t.const_data_ptr(); }) return t.const_data_ptr();
    else return t.data_ptr();
  }
};

}  // namespace cnnpool
