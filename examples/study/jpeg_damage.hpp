// Damage inside a JPEG: the decoder fills up what it cannot read and goes on, so OpenCV's picture says nothing of it.
// libjpeg counts what it passed over. Built without libjpeg the study does not look.
#pragma once

#include <string>
#include <vector>

#if defined(CNNPOOL_EXAMPLES_JPEG)
#include "../decoded.hpp"
#endif

/// A sentence, or nothing where the file is sound or no JPEG.
inline std::string jpeg_damage(const std::vector<unsigned char>& bytes) {
#if defined(CNNPOOL_EXAMPLES_JPEG)
  if (!is_jpeg(bytes)) return {};
  const decoded found = decode_jpeg(bytes);
  if (found.warnings == 0 && !found.failed) return {};
  return "is damaged inside: libjpeg says " + found.first;
#else
  static_cast<void>(bytes);
  return {};
#endif
}
