// A small RGB picture for the demo: heat maps, outlines, and a PNG file through libpng, which appears when it is
// complete and says who drew it.
#pragma once

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/core/feature_view.hpp>
#include <cnnpool/io/atomic_file.hpp>

#include "own_picture.hpp"

using colour = std::array<std::uint8_t, 3>;

/// 0: black, through violet, red and orange, 1: pale yellow.
inline colour heat(double value) {
  constexpr double stops[][3] = {{4, 4, 20}, {80, 18, 123}, {183, 55, 121}, {252, 137, 97}, {252, 253, 191}};
  const double at = std::clamp(value, 0.0, 1.0) * 4;
  const auto from = static_cast<std::size_t>(std::min(at, 3.0));
  const double part = at - static_cast<double>(from);
  colour c{};
  for (std::size_t k = 0; k < 3; ++k)
    c[k] = static_cast<std::uint8_t>(stops[from][k] + part * (stops[from + 1][k] - stops[from][k]));
  return c;
}

class picture {
 public:
  picture(int width, int height)
      : width_(width),
        height_(height),
        bytes_(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 255) {}

  void set(int x, int y, colour c) {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
    std::copy(c.begin(), c.end(), bytes_.begin() + 3 * (static_cast<std::ptrdiff_t>(y) * width_ + x));
  }

  /// A map of h x w values at (left, top), `cell` pixels per position, coloured from its smallest to its largest value.
  /// smooth: bilinear between the centres of the positions.
  template <class Values>
  void heat_map(const Values& values, cnnpool::index_t h, cnnpool::index_t w, int left, int top, int cell,
                bool smooth) {
    const double smallest = static_cast<double>(*std::ranges::min_element(values));
    const double range = static_cast<double>(*std::ranges::max_element(values)) - smallest;
    const auto at = [&](cnnpool::index_t i, cnnpool::index_t j) {
      i = std::clamp<cnnpool::index_t>(i, 0, h - 1);
      j = std::clamp<cnnpool::index_t>(j, 0, w - 1);
      const double value = static_cast<double>(values[static_cast<std::size_t>(i * w + j)]);
      return range > 0 ? (value - smallest) / range : 0;
    };
    for (int y = 0; y < static_cast<int>(h) * cell; ++y)
      for (int x = 0; x < static_cast<int>(w) * cell; ++x) {
        const double row = (y + 0.5) / cell - 0.5, column = (x + 0.5) / cell - 0.5;
        const auto i = static_cast<cnnpool::index_t>(std::floor(row));
        const auto j = static_cast<cnnpool::index_t>(std::floor(column));
        const double a = row - std::floor(row), b = column - std::floor(column);
        const double value = smooth ? (1 - a) * ((1 - b) * at(i, j) + b * at(i, j + 1)) +
                                          a * ((1 - b) * at(i + 1, j) + b * at(i + 1, j + 1))
                                    : at(y / cell, x / cell);
        set(left + x, top + y, heat(value));
      }
  }

  /// The outline of a box of positions, `inset` pixels inside it and `thick` pixels wide.
  void outline(const cnnpool::box& b, int left, int top, int cell, int inset, int thick, colour c) {
    const int x0 = left + static_cast<int>(b.w0) * cell + inset, y0 = top + static_cast<int>(b.h0) * cell + inset;
    const int x1 = x0 + static_cast<int>(b.w) * cell - 2 * inset - 1;
    const int y1 = y0 + static_cast<int>(b.h) * cell - 2 * inset - 1;
    for (int t = 0; t < thick; ++t) {
      for (int x = x0; x <= x1; ++x) {
        set(x, y0 + t, c);
        set(x, y1 - t, c);
      }
      for (int y = y0; y <= y1; ++y) {
        set(x0 + t, y, c);
        set(x1 - t, y, c);
      }
    }
  }

  /// Into a file that appears when it is committed.
  void write(cnnpool::detail::atomic_file& file) const {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width_);
    image.height = static_cast<png_uint_32>(height_);
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::vector<unsigned char> png(size);
    if (png_image_write_to_memory(&image, png.data(), &size, 0, bytes_.data(), 0, nullptr) == 0)
      cnnpool::raise("picture: ", width_, " x ", height_, " pixels: ", static_cast<const char*>(image.message));
    png.resize(size);
    png = signed_png(std::move(png), "cnnpool-demo");
    file.write(png.data(), png.size());
  }

 private:
  int width_, height_;
  std::vector<std::uint8_t> bytes_;
};
