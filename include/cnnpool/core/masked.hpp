// A mask of valid positions (padded batches, NaFlex, a segmentation): images of which only some positions are pooled.
//
//   const auto valid = masked(t, mask);      // t: a token_view or a feature_view; mask: n x h w numbers, 0: not valid
//   pool(valid, concat(cls{}, gem{}) | l2{})
//
// It is a list of views, one for each image, which policies, threads and errors know already. Valid positions that are
// a rectangle are cropped and keep their grid; a run of them in memory is viewed as it lies, and any others are copied
// together: of both the policies see positions without a grid. Class tokens and registers stay. The mask is read by the
// host, at once; it need not be kept.
#pragma once

#include <span>
#include <vector>

#include "token_view.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// What masked gives: a range of token_views of one image each. It owns what had to be copied, so it can be moved and
/// not copied; the other images are still those of the tensor.
template <class T, class Space = host_space>
class masked_views {
 public:
  template <class Mask>
  masked_views(const token_view<T, Space>& all, std::span<const Mask> mask) {
    const shape& e = all.extents();
    const index_t positions = e.positions();
    if (static_cast<index_t>(mask.size()) != e.n * positions)
      raise("masked: a mask of ", mask.size(), " numbers for ", e.n, " images of ", positions,
            " positions, expected one for each");
    std::vector<index_t> to_copy;
    index_t copied = 0;
    for (index_t i = 0; i < e.n; ++i) {
      const auto first = static_cast<std::size_t>(i * positions);
      const found f = look(mask.subspan(first, static_cast<std::size_t>(positions)), e);
      if (f.count == 0) raise("masked: image ", i, " has no valid position");
      const token_view<T, Space> image = all.images(i, 1);
      const strides& st = image.stride();
      const bool run = f.last - f.first + 1 == f.count && (e.h == 1 || e.w == 1 || st.h == e.w * st.w);
      const index_t step = e.w > 1 ? st.w : st.h;
      if (f.around.h * f.around.w == f.count) {
        views_.push_back(image.crop(f.around));
      } else if (run) {
        const feature_view<T, Space> whole(image.data(), {1, e.c, 1, positions},
                                           strides{st.n, st.c, 0, step, st.block, st.in_block}, image.quantized());
        views_.push_back(image.with_patches(whole.crop({0, f.first, 1, f.count}), false));
      } else {
        if constexpr (!std::is_same_v<Space, host_space>)
          raise("masked: the valid positions of image ", i, " are neither a rectangle nor a run, and only the host's "
                "memory is copied");
        views_.push_back(image);
        to_copy.push_back(i);
        copied += f.count;
      }
    }
    if constexpr (std::is_same_v<Space, host_space>) copy(mask, to_copy, copied);
  }
  masked_views(masked_views&&) = default;
  masked_views& operator=(masked_views&&) = default;

  auto begin() const { return views_.begin(); }
  auto end() const { return views_.end(); }

 private:
  struct found {
    index_t count = 0, first = 0, last = 0;  // in memory order
    box around;
  };
  template <class Mask>
  static found look(std::span<const Mask> mask, const shape& e) {
    found f;
    index_t h1 = 0, w1 = 0;
    for (index_t p = 0; p < e.positions(); ++p) {
      if (mask[static_cast<std::size_t>(p)] == Mask{}) continue;
      const index_t i = p / e.w, j = p % e.w;
      if (f.count == 0) f.first = p, f.around.h0 = i, f.around.w0 = w1 = j;
      f.last = p, h1 = i;
      if (j < f.around.w0) f.around.w0 = j;
      if (j > w1) w1 = j;
      ++f.count;
    }
    f.around.h = h1 - f.around.h0 + 1;
    f.around.w = w1 - f.around.w0 + 1;
    return f;
  }
  /// The valid positions of the images, one after the other, components adjacent.
  template <class Mask>
  void copy(std::span<const Mask> mask, const std::vector<index_t>& images, index_t count) {
    const index_t c = views_.empty() ? 0 : views_.front().extents().c;
    memory_.reserve(static_cast<std::size_t>(count * c));  // what points into it stays
    for (const index_t i : images) {
      token_view<T, Space>& image = views_[static_cast<std::size_t>(i)];
      const shape e = image.extents();
      const std::size_t start = memory_.size();
      for (index_t p = 0; p < e.positions(); ++p)
        if (mask[static_cast<std::size_t>(i * e.positions() + p)] != Mask{})
          for (index_t k = 0; k < c; ++k) memory_.push_back(image(0, k, p / e.w, p % e.w));
      const index_t valid = c == 0 ? 0 : static_cast<index_t>(memory_.size() - start) / c;
      image = image.with_patches({memory_.data() + start, {1, c, 1, valid}, nhwc, image.quantized()}, false);
    }
  }

  std::vector<token_view<T, Space>> views_;
  std::vector<T> memory_;
};

/// mask: n x positions, row-major h x w; bytes, bools as bytes, integers or floats. 0 (false) is not valid.
template <class T, class Space, class Mask>
masked_views<T, Space> masked(const token_view<T, Space>& x, std::span<const Mask> mask) {
  return {x, mask};
}
template <class T, class Space, class Mask>
masked_views<T, Space> masked(const feature_view<T, Space>& x, std::span<const Mask> mask) {
  return {token_view<T, Space>().with_patches(x, true), mask};
}
template <class X, class Mask>
auto masked(const X& x, const std::vector<Mask>& mask) {
  return masked(x, std::span<const Mask>(mask));
}

}  // namespace cnnpool
