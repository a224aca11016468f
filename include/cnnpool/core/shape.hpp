// Extents and element strides of activations. They have names, so that nothing is positional.
#pragma once

#include <cstddef>
#include <limits>
#include <string>

#include "error.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Signed, like every offset into a tensor: strides may be negative.
using index_t = std::ptrdiff_t;

/// n images of c channels, h rows, w columns. Extents left out are 1: a fully connected layer is {.c = 4096}.
struct shape {
  index_t n = 1, c = 1, h = 1, w = 1;

  CNNPOOL_HD constexpr index_t positions() const { return h * w; }
  constexpr bool operator==(const shape&) const = default;
};

/// "4 x 256 x 24 x 32"
inline std::string to_string(const shape& s) {
  std::string text;
  for (const index_t extent : {s.n, s.c, s.h, s.w}) {
    if (!text.empty()) text += " x ";
    text += detail::decimal(extent);
  }
  return text;
}

/// One offset formula covers every layout a framework hands out:
///   offset = n*sn + (c / block)*sc + (c % block)*sb + h*sh + w*sw          (in elements, signed)
/// block = 1 for plain layouts; nChw16c has block = 16, sb = 1, sc = 16*h*w.
struct strides {
  index_t n = 0, c = 0, h = 0, w = 0;
  index_t block = 1, in_block = 0;

  CNNPOOL_HD constexpr index_t channel(index_t channel) const {
    return block == 1 ? channel * c : (channel / block) * c + (channel % block) * in_block;
  }
  constexpr bool operator==(const strides&) const = default;
};

namespace detail {
constexpr bool multiply(index_t a, index_t b, index_t& product) {
  constexpr index_t most = (std::numeric_limits<index_t>::max)();
  if (a < 0) a = a == (std::numeric_limits<index_t>::min)() ? most : -a;
  if (b < 0) b = b == (std::numeric_limits<index_t>::min)() ? most : -b;
  if (a != 0 && b > most / a) return false;
  product = a * b;
  return true;
}

constexpr bool add(index_t& sum, index_t term) {
  if (term > (std::numeric_limits<index_t>::max)() - sum) return false;
  sum += term;
  return true;
}
}  // namespace detail

/// A number of elements as the bound of a built-in array.
CNNPOOL_HD constexpr std::size_t array_size(index_t n) { return static_cast<std::size_t>(n); }

/// Number of elements; an error if an extent is negative or the product does not fit a signed 64-bit index.
inline index_t checked_size(const shape& s, const char* where) {
  index_t size = 1;
  for (const index_t extent : {s.n, s.c, s.h, s.w})
    if (extent < 0) raise(where, ": shape ", to_string(s), " has a negative extent");
  for (const index_t extent : {s.n, s.c, s.h, s.w})
    if (extent == 0) return 0;
  for (const index_t extent : {s.n, s.c, s.h, s.w})
    if (!detail::multiply(size, extent, size))
      raise(where, ": shape ", to_string(s), " has more elements than a 64-bit index counts");
  return size;
}

/// Layouts: a rule that turns a shape into strides.
struct nchw_layout {
  constexpr strides operator()(const shape& s) const { return {s.c * s.h * s.w, s.h * s.w, s.w, 1}; }
};
struct nhwc_layout {
  constexpr strides operator()(const shape& s) const { return {s.c * s.h * s.w, 1, s.w * s.c, s.c}; }
};
/// Blocks of `block` channels, innermost: nChw8c, nChw16c, NC4HW4, kCHW32. The last block is padded.
struct blocked_layout {
  index_t block;
  constexpr strides operator()(const shape& s) const {
    if (block < 1) return {0, 0, 0, 0, block, 0};  // the view says what is wrong with it
    const index_t blocks = s.c / block + (s.c % block != 0);
    return {blocks * block * s.h * s.w, block * s.h * s.w, s.w * block, block, block, 1};
  }
};
inline constexpr nchw_layout nchw{};
inline constexpr nhwc_layout nhwc{};
constexpr blocked_layout channel_blocks(index_t block) { return {block}; }

}  // namespace cnnpool
