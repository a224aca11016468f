// tvm-ffi: tvm::ffi::Tensor and TensorView, which TVM and its kernels pass around; they are DLPack inside, so what
// adapters/dlpack.hpp says holds. Axes by rank (c, nc, chw, nchw) or hints{.axes}. Structural: includes nothing of TVM.
#pragma once

#include "dlpack.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept tvm_tensor = requires(const T& t) {
  { t.data_ptr() } -> std::convertible_to<const void*>;
  t.device().device_type;
  t.dtype().lanes;
  t.ndim() + t.byte_offset();
  t.shape().data();
  t.strides().data();
};
}  // namespace detail

template <class T>
  requires detail::tvm_tensor<T>
struct adapter<T> {
  static constexpr bool owns = requires(const T& t) { t.use_count(); };  // counts its owners: Tensor

  static any_feature_view view(const T& t, const hints& h) {
    if constexpr (requires { t.defined(); })
      if (!t.defined()) raise("as_view: the tvm::ffi::Tensor is undefined");
    detail::check_rank(static_cast<index_t>(t.ndim()), "tvm::ffi::Tensor");
    const dlpack::tensor same{t.data_ptr(),
                              {static_cast<std::int32_t>(t.device().device_type), t.device().device_id},
                              static_cast<std::int32_t>(t.ndim()),
                              {t.dtype().code, t.dtype().bits, t.dtype().lanes},
                              const_cast<std::int64_t*>(t.shape().data()),
                              const_cast<std::int64_t*>(t.strides().data()),
                              static_cast<std::uint64_t>(t.byte_offset())};
    return dlpack::detail::view_of(same, h);
  }
};

}  // namespace cnnpool
