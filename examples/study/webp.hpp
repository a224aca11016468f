// WebP photos turned as the camera says. OpenCV turns JPEG, PNG and TIFF and leaves WebP as it lies (4.6; later ones
// may not): its pixels go through a PNG in memory that has the WebP's EXIF, so that the same code of OpenCV turns them
// all.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <opencv2/imgcodecs.hpp>

#include "../own_picture.hpp"

inline bool is_webp(const std::vector<unsigned char>& bytes) {
  return bytes.size() > 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 && std::memcmp(&bytes[8], "WEBP", 4) == 0;
}

/// The file's EXIF, or nothing.
inline std::string exif_of_webp(const std::vector<unsigned char>& bytes) {
  for (std::size_t at = 12; at + 8 <= bytes.size();) {  // chunks: four letters, a length, padded to an even one
    const std::size_t size = bytes[at + 4] | static_cast<std::size_t>(bytes[at + 5]) << 8 |
                             static_cast<std::size_t>(bytes[at + 6]) << 16 |
                             static_cast<std::size_t>(bytes[at + 7]) << 24;
    if (size > bytes.size() - at - 8) return {};
    if (std::memcmp(&bytes[at], "EXIF", 4) == 0) {
      std::string exif(bytes.begin() + static_cast<std::ptrdiff_t>(at + 8),
                       bytes.begin() + static_cast<std::ptrdiff_t>(at + 8 + size));
      return exif.starts_with("Exif") && exif.size() > 6 ? exif.substr(6) : exif;  // as JPEGs have it in front
    }
    at += 8 + size + size % 2;
  }
  return {};
}

inline cv::Mat decode_webp(const std::vector<unsigned char>& bytes) {
  const cv::Mat stored = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  const std::string exif = exif_of_webp(bytes);
  std::vector<unsigned char> png;
  if (stored.empty() || exif.empty() || !cv::imencode(".png", stored, png)) return stored;
  const cv::Mat turned = cv::imdecode(with_chunk(std::move(png), "eXIf" + exif), cv::IMREAD_COLOR);
  return turned.empty() ? stored : turned;  // an EXIF that is none
}
