// A non-owning view of activations: pointer, shape, strides. Trivially copyable; the memory space is in the type.
//
//   auto x = cnnpool::feature_view<float>(ptr, {.c = 512, .h = 24, .w = 32}, cnnpool::nchw);
//
// Kernels look at the strides, never at a layout name. Elements between the view's own (padding) never enter a result.
// Construction checks extents and the products of extents and strides for overflow (an error with the numbers).
#pragma once

#include <type_traits>

#include "scalar.hpp"
#include "shape.hpp"
#include "space.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Rows h0 <= i < h0+h, columns w0 <= j < w0+w of a map.
struct box {
  index_t h0 = 0, w0 = 0, h = 0, w = 0;
  constexpr bool operator==(const box&) const = default;
};

namespace detail {
/// Checks that every offset fits, and sets the strides of axes of extent 1 to 0 (frameworks put anything there).
inline strides normalised(const shape& s, strides st, const char* where) {
  const index_t size = checked_size(s, where);
  if (st.block < 1) raise(where, ": channel block is ", st.block, ", expected at least 1");
  if (st.block == 1) st.in_block = 0;
  if (st.block > 1 && st.block >= s.c) st = {st.n, st.in_block, st.h, st.w};  // one block: a plain channel stride
  if (s.n == 1) st.n = 0;
  if (s.c == 1) st.c = 0;
  if (s.h == 1) st.h = 0;
  if (s.w == 1) st.w = 0;
  if (size == 0) return st;
  index_t total = 0, term = 0;
  const index_t channel_steps = st.block == 1 ? s.c - 1 : (s.c - 1) / st.block;
  const index_t pairs[][2] = {{s.n - 1, st.n}, {channel_steps, st.c}, {st.block - 1, st.in_block},
                            {s.h - 1, st.h}, {s.w - 1, st.w}};
  for (const auto& [count, stride] : pairs)
    if (!multiply(count, stride, term) || !add(total, term))
      raise(where, ": shape ", to_string(s), " with strides ", st.n, ", ", st.c, ", ", st.h, ", ", st.w,
            " reaches beyond a 64-bit offset");
  return st;
}
}  // namespace detail

/// See the top of this file. T: float, double, float16, bfloat16, int8, uint8.
template <class T, class Space = host_space>
class feature_view {
  static_assert(activation_scalar<T>,
                "cnnpool::feature_view: activations are float, double, float16, bfloat16, int8 or uint8");

 public:
  using value_type = T;
  using accumulator_type = accumulator_t<T>;
  using space = Space;

  feature_view() = default;

  /// Layout: nchw, nhwc, channel_blocks(b), explicit strides{}, or any function of a shape.
  template <class Layout>
  feature_view(const T* data, const cnnpool::shape& extents, const Layout& layout, quantization q = {})
      : data_(data), shape_(extents), quantization_(q) {
    checked_size(extents, "feature_view");
    constexpr float most = 3.4028234663852886e38f;
    if (quantized_scalar<T> && !(q.scale >= -most && q.scale <= most && q.scale != 0))
      raise("feature_view: the scale is ", q.scale, ", expected a finite number other than 0");
    if constexpr (std::is_convertible_v<Layout, strides>) {
      strides_ = detail::normalised(extents, layout, "feature_view");
    } else {
      strides_ = detail::normalised(extents, layout(extents), "feature_view");
    }
    if (data == nullptr && checked_size(extents, "feature_view") != 0)
      raise("feature_view: data is a null pointer for a shape of ", to_string(extents));
    if constexpr (!quantized_scalar<T>)
      if (!(q == quantization{})) raise("feature_view: scale and zero point are for 8-bit activations only");
  }

  CNNPOOL_HD const T* data() const { return data_; }
  CNNPOOL_HD const cnnpool::shape& extents() const { return shape_; }
  CNNPOOL_HD const cnnpool::strides& stride() const { return strides_; }
  CNNPOOL_HD const quantization& quantized() const { return quantization_; }

  CNNPOOL_HD index_t offset(index_t n, index_t c, index_t h, index_t w) const {
    return n * strides_.n + strides_.channel(c) + h * strides_.h + w * strides_.w;
  }
  /// The stored element; no bounds check.
  CNNPOOL_HD const T& operator()(index_t n, index_t c, index_t h, index_t w) const { return data_[offset(n, c, h, w)]; }

  /// Images first .. first+count-1.
  feature_view images(index_t first, index_t count) const {
    if (first < 0 || count < 0 || first > shape_.n - count)
      raise("feature_view::images: ", count, " images from ", first, " of a batch of ", shape_.n);
    feature_view part = *this;
    if (data_ != nullptr && count != 0) part.data_ += first * strides_.n;
    part.shape_.n = count;
    return part;
  }

  /// The positions of one box, all images and channels.
  feature_view crop(const box& b) const {
    if (b.h0 < 0 || b.w0 < 0 || b.h < 0 || b.w < 0 || b.h0 > shape_.h - b.h || b.w0 > shape_.w - b.w)
      raise("feature_view::crop: box of ", b.h, " x ", b.w, " at (", b.h0, ", ", b.w0, ") in a map of ", shape_.h,
            " x ", shape_.w);
    feature_view part = *this;
    if (data_ != nullptr) part.data_ += b.h0 * strides_.h + b.w0 * strides_.w;
    part.shape_.h = b.h;
    part.shape_.w = b.w;
    return part;
  }

 private:
  const T* data_ = nullptr;
  cnnpool::shape shape_{0, 0, 1, 1};
  cnnpool::strides strides_{};
  quantization quantization_{};
};

static_assert(std::is_trivially_copyable_v<feature_view<float>>);

}  // namespace cnnpool
