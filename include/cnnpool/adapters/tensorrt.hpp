// TensorRT: the buffer of a binding, by pointer, dimensions and format, since its tensors are bare pointers. Includes
// nothing of TensorRT; `tensor_format` has the numbers of nvinfer1::TensorFormat, so a cast converts.
//
//   auto x = cnnpool::tensorrt_view(host, scalar_type::float16, {.c = 512, .h = 24, .w = 32}, tensor_format::chw16);
//   auto y = cnnpool::tensorrt_view<cnnpool::device_space>(device, ...);                // the same on the device
//
// The dimensions are those of getTensorShape, as n, c, h, w; padding is what the format demands, and is not read. Not
// supported: formats of volumes (kDHWC8, kCDHW32, kDHWC), and kDLA_HWC4, for input images, whose rows depend on the
// chip.
#pragma once

#include <limits>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// nvinfer1::TensorFormat. The name holds the number of channels in a block, or to pad to.
enum class tensor_format : int {
  linear = 0,   // kLINEAR, NCHW
  chw2 = 1,     // kCHW2, blocks of 2
  hwc8 = 2,     // kHWC8, channels last, padded to 8
  chw4 = 3,     // kCHW4
  chw16 = 4,    // kCHW16
  chw32 = 5,    // kCHW32
  hwc = 8,      // kHWC, channels last, not padded
  dla_linear = 9,  // kDLA_LINEAR, NCHW with w padded to 64 bytes
  hwc16 = 11    // kHWC16, channels last, padded to 16
};

namespace detail {
inline strides tensorrt_strides(const shape& s, tensor_format format, index_t bytes_of_element) {
  const auto padded = [](index_t extent, index_t to) {
    index_t r = 0;
    return multiply(extent / to + (extent % to != 0), to, r) ? r : (std::numeric_limits<index_t>::max)();
  };
  const auto channels_last = [&](index_t c) { return strides{c * s.h * s.w, 1, s.w * c, c}; };
  checked_size({s.n, padded(s.c, 32), s.h, padded(s.w, 64)}, "tensorrt_view");
  switch (format) {
    case tensor_format::linear: return nchw(s);
    case tensor_format::chw2: return channel_blocks(2)(s);
    case tensor_format::chw4: return channel_blocks(4)(s);
    case tensor_format::chw16: return channel_blocks(16)(s);
    case tensor_format::chw32: return channel_blocks(32)(s);
    case tensor_format::hwc: return channels_last(s.c);
    case tensor_format::hwc8: return channels_last(padded(s.c, 8));
    case tensor_format::hwc16: return channels_last(padded(s.c, 16));
    case tensor_format::dla_linear: {
      const index_t row = padded(s.w, 64 / bytes_of_element);
      return {s.c * s.h * row, s.h * row, row, 1};
    }
  }
  raise("tensorrt_view: format ", static_cast<int>(format),
        ", expected kLINEAR, kCHW2, kCHW4, kCHW16, kCHW32, kHWC, kHWC8, kHWC16 or kDLA_LINEAR");
}
}  // namespace detail

/// q: for int8, the scale from the tensor's dynamic range (max / 127).
template <class Space = host_space>
basic_any_feature_view<Space> tensorrt_view(const void* data, scalar_type type, const shape& dims, tensor_format format,
                                            quantization q = {}) {
  checked_size(dims, "tensorrt_view");
  return {data, type, dims, detail::tensorrt_strides(dims, format, static_cast<index_t>(detail::bytes_of(type))), q};
}

}  // namespace cnnpool
