// Is a file a whole photo? Decoding alone does not tell: a JPEG that was cut and got its end marker back, random bytes
// inside a scan, and a half-grey picture that was saved again all decode.
#pragma once

#include <string>
#include <vector>

#include "../decoded.hpp"
#include "filling.hpp"
#include "read_photo.hpp"

namespace dataset {

enum class photo_kind {
  good,
  // broken: no photo to learn from
  unreadable,
  truncated,
  damaged,
  half_filled,
  too_small,
  not_read,
  // readable as three channels of 8 bits, and reported
  grey,
  palette,
  alpha,
  cmyk,
  sixteen_bit,
};
inline constexpr const char* kind_names[] = {"good",      "unreadable", "truncated", "damaged", "half filled",
                                             "too small", "not read",   "grey",      "palette", "alpha",
                                             "CMYK",      "16 bit"};
inline const char* to_string(photo_kind kind) { return kind_names[static_cast<int>(kind)]; }
inline bool is_broken(photo_kind kind) { return kind > photo_kind::good && kind <= photo_kind::not_read; }

/// By its name, as a report has it.
inline bool is_broken(const std::string& kind) {
  for (int k = 0; k <= static_cast<int>(photo_kind::sixteen_bit); ++k)
    if (kind == kind_names[k]) return is_broken(static_cast<photo_kind>(k));
  return false;
}

struct checked_photo {
  photo_kind kind = photo_kind::good;
  std::string detail = {};
  int width = 0, height = 0;
};

inline checked_photo check_photo(const std::vector<unsigned char>& bytes, int least_side) {
  const decoder_lines caught;  // a file is decoded up to four times here; decode_photo has what they say
  decoded file{.components = 3};
  if (is_jpeg(bytes)) file = decode_jpeg(bytes);
  if (is_png(bytes)) file = decode_png(bytes);
  // libpng names what is missing, OpenCV does not.
  if (is_png(bytes) && file.failed)
    return {photo_kind::damaged, "is damaged inside, or ends too early: libpng says " + file.first};
  const decoded_photo whole = decode_photo(bytes);
  if (whole.not_read) return {photo_kind::not_read, whole.problem};
  if (whole.pixels.empty()) {
    const bool cut = truncated_jpeg(bytes);
    if (!file.first.empty() && !cut) return {photo_kind::damaged, "cannot be decoded: libjpeg says " + file.first};
    return {cut ? photo_kind::truncated : photo_kind::unreadable, whole.problem};
  }
  checked_photo out{.width = whole.pixels.cols, .height = whole.pixels.rows};
  const auto is = [&](photo_kind kind, const std::string& detail) {
    out.kind = kind;
    out.detail = detail;
    return out;
  };
  const std::string size = std::to_string(out.width) + " x " + std::to_string(out.height);
  if (file.failed || file.warnings != 0)
    return is(photo_kind::damaged, "is damaged inside: libjpeg says " + file.first + " (" +
                                       plural(static_cast<std::size_t>(file.warnings), "warning", "warnings") + ")");
  if (std::min(out.width, out.height) < least_side)
    return is(photo_kind::too_small, "is " + size + ", expected at least " + std::to_string(least_side) + " a side");
  // As it is stored: a JPEG's blocks lie so, however the camera was held.
  const cv::Mat as_stored = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  if (const std::string part = filled_part(as_stored); !part.empty())
    return is(photo_kind::half_filled, part + ", are one: cut and filled up, it seems");
  if (has_blocks_alone(as_stored))
    return is(photo_kind::damaged, "shows nothing finer than 8 pixels: the beginning of a progressive JPEG, it seems");
  if (!is_jpeg(bytes) && !whole.warning.empty()) out.detail = "its decoder says: " + whole.warning;
  if (is_jpeg(bytes) && file.components == 4) return is(photo_kind::cmyk, "four colours of print");
  if (file.palette) return is(photo_kind::palette, "colours of a palette");
  if (is_jpeg(bytes) || is_png(bytes)) {
    if (file.sixteen_bit) return is(photo_kind::sixteen_bit, "16 bits a channel");
    if (file.components == 4) return is(photo_kind::alpha, "has an alpha channel");
    if (file.components < 3) return is(photo_kind::grey, "one channel");
    return out;
  }
  const cv::Mat stored = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
  if (!stored.empty() && stored.depth() != CV_8U) return is(photo_kind::sixteen_bit, "more than 8 bits a channel");
  if (stored.channels() == 4) return is(photo_kind::alpha, "has an alpha channel");
  if (stored.channels() == 1) return is(photo_kind::grey, "one channel");
  return out;
}

}  // namespace dataset
