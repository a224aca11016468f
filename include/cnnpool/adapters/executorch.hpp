// ExecuTorch: executorch::aten::Tensor in host memory, any dim_order (channels last has NCHW sizes and other strides,
// so it needs no hint); Float, Double, Half, BFloat16, Char, Byte. Axes by rank (c, nc, chw, nchw) or hints{.axes}.
// Structural: includes nothing of ExecuTorch.
//
//   auto outputs = module.forward(image);
//   auto d = cnnpool::pool(outputs->at(0).toTensor(), cnnpool::gem_p<3>{} | cnnpool::l2{});
//
// A Tensor is a handle: the memory is the program's, and the next forward() overwrites it.
#pragma once

#include "dense.hpp"
#include "torch.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <class T>
concept executorch_tensor = !torch_tensor<T> && requires(const T& t) {
  t.sizes();
  t.strides();
  t.dim_order();
  t.scalar_type();
  t.const_data_ptr();
};
}  // namespace detail

template <class T>
  requires detail::executorch_tensor<T>
struct adapter<T> {
  static constexpr bool owns = false;
  static any_feature_view view(const T& t, const hints& h) {
    const index_t rank = static_cast<index_t>(t.sizes().size());
    detail::check_rank(rank, "ExecuTorch tensor");
    const scalar_type type = detail::torch_type(static_cast<int>(t.scalar_type()), "ExecuTorch tensor");
    if constexpr (requires { t.device_type(); })  // since 1.3
      if (static_cast<int>(t.device_type()) != 0)
        raise("as_view: the ExecuTorch tensor is on device type ", static_cast<int>(t.device_type()),
              ", expected host memory");
    index_t extents[4] = {}, strides[4] = {};
    for (index_t i = 0; i < rank; ++i) {
      extents[i] = static_cast<index_t>(t.sizes()[static_cast<std::size_t>(i)]);
      strides[i] = static_cast<index_t>(t.strides()[static_cast<std::size_t>(i)]);
    }
    return detail::view_of_axes("ExecuTorch tensor", t.const_data_ptr(), type, rank, extents, strides, h, h.quantized);
  }
};

}  // namespace cnnpool
