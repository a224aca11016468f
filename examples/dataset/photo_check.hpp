// Is a file a whole photo? Decoding alone does not tell: a JPEG that was cut and got its end marker back, random bytes
// inside a scan, and a half-grey picture that was saved again all decode.
#pragma once

#include <string>
#include <vector>

#include "../study/photo.hpp"
#include "decoded.hpp"

namespace dataset {

enum class photo_kind {
  good,
  // broken: no photo to learn from
  unreadable,
  truncated,
  damaged,
  half_filled,
  too_small,
  // readable as three channels of 8 bits, and reported
  grey,
  palette,
  alpha,
  cmyk,
  sixteen_bit,
};
inline constexpr const char* kind_names[] = {"good",      "unreadable", "truncated", "damaged", "half filled",
                                             "too small", "grey",       "palette",   "alpha",   "CMYK",
                                             "16 bit"};
inline const char* to_string(photo_kind kind) { return kind_names[static_cast<int>(kind)]; }
inline bool is_broken(photo_kind kind) { return kind > photo_kind::good && kind <= photo_kind::too_small; }

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

/// The share of rows at the end that are the last row again, within 4 at every pixel: decoders fill up a picture that
/// ends too early, and the filling survives being saved again. In good photos .12 at the most, but for borders: white
/// and black rows, which nobody fills with, count for nothing where they are not all there is.
inline double repeated_rows(const cv::Mat& pixels) {
  const int width = pixels.cols * pixels.channels();
  const unsigned char* last = pixels.ptr(pixels.rows - 1);
  int row = pixels.rows - 1, least = 255, most = 0;
  for (int i = 0; i < width; ++i) least = std::min<int>(least, last[i]), most = std::max<int>(most, last[i]);
  for (; row > 0; --row) {
    const unsigned char* above = pixels.ptr(row - 1);
    bool same = true;
    for (int i = 0; same && i < width; ++i) same = std::abs(last[i] - above[i]) <= 4;
    if (!same) break;
  }
  const bool border = row > 0 && (most <= 12 || least >= 243);
  return border ? 0 : static_cast<double>(pixels.rows - 1 - row) / std::max(1, pixels.rows);
}

inline checked_photo check_photo(const std::vector<unsigned char>& bytes, int least_side) {
  decoded file{.components = 3};
  if (is_jpeg(bytes)) file = decode_jpeg(bytes);
  if (is_png(bytes)) file = decode_png(bytes);
  // libpng names what is missing, OpenCV does not.
  if (is_png(bytes) && file.failed)
    return {photo_kind::damaged, "is damaged inside, or ends too early: libpng says " + file.first};
  const photo whole = read_photo(bytes);
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
                                       std::to_string(file.warnings) + " warnings)");
  if (std::min(out.width, out.height) < least_side)
    return is(photo_kind::too_small, "is " + size + ", expected at least " + std::to_string(least_side) + " a side");
  constexpr double most_repeated = .2;
  // As it is stored: a filling is at its end, however the camera was held.
  const cv::Mat stored_rows = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  if (const double share = repeated_rows(stored_rows); share > most_repeated)
    return is(photo_kind::half_filled, std::to_string(static_cast<int>(100 * share + .5)) +
                                           " % of its rows, at the end, are one row: cut and filled up, it seems");
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
