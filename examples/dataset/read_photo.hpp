// A photo as OpenCV reads it, with what there is to say of it: its decoder's warning, and of a form that OpenCV does
// not read, which one it is and the way out.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include <opencv2/core/version.hpp>

#include "../decoder_lines.hpp"
#include "../study/photo.hpp"
#include "command.hpp"

namespace dataset {

/// GIF, HEIC, AVIF, or nothing.
inline std::string form_not_read(const std::vector<unsigned char>& bytes) {
  const auto is = [&](std::size_t at, const char* text) {
    return bytes.size() >= at + std::strlen(text) && std::memcmp(bytes.data() + at, text, std::strlen(text)) == 0;
  };
  if (is(0, "GIF87a") || is(0, "GIF89a")) return "GIF";
  for (const char* brand : {"heic", "heix", "mif1", "msf1", "hevc"})
    if (is(4, "ftyp") && is(8, brand)) return "HEIC";
  return is(4, "ftyp") && (is(8, "avif") || is(8, "avis")) ? "AVIF" : "";
}

struct decoded_photo : photo {
  std::string warning = {};  ///< the decoder's first line
  bool not_read = false;     ///< whole perhaps, but of a form that OpenCV does not read
};

inline decoded_photo decode_photo(const std::vector<unsigned char>& bytes) {
  decoded_photo out;
  decoder_lines lines;
  static_cast<photo&>(out) = read_photo(bytes);
  out.warning = lines.first();
  if (!out.pixels.empty()) return out;
  if (const std::string form = form_not_read(bytes); !form.empty()) {
    out.not_read = true;
    out.problem = form + " is not read by OpenCV " CV_VERSION "; save it as PNG or JPEG";
  } else if (!out.warning.empty()) {
    out.problem += "; its decoder says: " + out.warning;
  }
  return out;
}

/// One that cannot be read is left out, one that its decoder warns of is named.
inline decoded_photo decode_or_leave_out(const labelled_photo& p, const std::vector<unsigned char>& bytes,
                                         left_out& out) {
  decoded_photo read = decode_photo(bytes);
  if (read.pixels.empty()) out.add(p.path, read.problem);
  else if (!read.warning.empty()) out.note(p.path, "is used, and its decoder says: " + read.warning);
  return read;
}

}  // namespace dataset
