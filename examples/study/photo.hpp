// Reading photos without believing them: what is wrong with one is a sentence, and the others go on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cnnpool/evaluate/ground_truth.hpp>

#include "webp.hpp"

/// FNV-1a, 64 bit: names what a cached file was made of.
class fingerprint {
 public:
  void add(const void* data, std::size_t bytes) {
    const auto* at = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < bytes; ++i) hash_ = (hash_ ^ at[i]) * 1099511628211u;
  }
  void add(const std::string& text) {
    add(text.data(), text.size());
    add("", 1);
  }
  std::string text() const {
    char buffer[17];
    std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(hash_));
    return buffer;
  }

 private:
  std::uint64_t hash_ = 14695981039346656037u;
};

/// The bytes of a file; empty where it cannot be read.
inline std::vector<unsigned char> bytes_of(const std::string& path) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) return {};  // a FIFO would never end
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::vector<unsigned char> bytes(static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg())));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return bytes;
}

/// A JPEG decoder fills up what is missing with grey and says nothing; the end marker FF D9 cannot occur inside a scan.
inline bool truncated_jpeg(const std::vector<unsigned char>& bytes) {
  if (bytes.size() < 4 || bytes[0] != 0xff || bytes[1] != 0xd8) return false;
  std::size_t at = 2;
  while (at + 4 <= bytes.size() && bytes[at] == 0xff && bytes[at + 1] != 0xda) {  // segments up to the first scan
    if (bytes[at + 1] == 0xff) {
      ++at;  // filling
      continue;
    }
    at += 2 + static_cast<std::size_t>(256 * bytes[at + 2] + bytes[at + 3]);
  }
  const unsigned char end[] = {0xff, 0xd9};
  return at >= bytes.size() ||
         std::search(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), end, end + 2) == bytes.end();
}

struct photo {
  cv::Mat pixels;       ///< BGR, 8 bit, turned as the camera says; grey ones made colour, alpha dropped
  std::string problem;  ///< why there are none
};

/// crop: the box x0 y0 x1 y1 that counts; an empty box is the whole photo.
inline photo read_photo(const std::vector<unsigned char>& bytes, const cnnpool::query_box& crop = {}) {
  if (bytes.empty()) return {{}, "cannot be read, or is empty"};
  if (truncated_jpeg(bytes)) return {{}, "is truncated: the JPEG's end marker is missing"};
  photo out;
  try {
    out.pixels = is_webp(bytes) ? decode_webp(bytes) : cv::imdecode(bytes, cv::IMREAD_COLOR);
  } catch (const cv::Exception& e) {
    const bool memory = e.code == cv::Error::StsNoMem;
    return {{}, memory ? "is too large for the memory" : "cannot be decoded: damaged, or too large for OpenCV"};
  } catch (const std::bad_alloc&) {
    return {{}, "is too large for the memory"};
  }
  if (out.pixels.empty()) return {{}, "is no picture that OpenCV decodes"};
  if (crop[2] > crop[0] && crop[3] > crop[1]) {
    const cv::Size size = out.pixels.size();
    const auto within = [](double x, int most) {
      return static_cast<int>(std::clamp(x, 0., static_cast<double>(most)));
    };
    const cv::Rect inside(
        cv::Point(within(std::floor(crop[0]), size.width), within(std::floor(crop[1]), size.height)),
        cv::Point(within(std::ceil(crop[2]), size.width), within(std::ceil(crop[3]), size.height)));
    if (inside.empty())
      return {{}, cv::format("is %d x %d, its box %g %g %g %g lies outside", size.width, size.height, crop[0], crop[1],
                             crop[2], crop[3])};
    out.pixels = out.pixels(inside).clone();
  }
  return out;
}
