// PNG files that say which program made them, in a text behind their header, so that it overwrites only its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The PNG file with one more chunk, four letters of its kind and its data, behind the header: a file begins with 8
/// bytes of its kind and 25 of its header.
inline std::vector<unsigned char> with_chunk(std::vector<unsigned char> png, const std::string& chunk) {
  const auto number = [](std::uint32_t x) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(x >> shift & 0xff);
    return bytes;
  };
  std::uint32_t crc = 0xffffffffu;
  for (const char c : chunk) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  const std::string all = number(static_cast<std::uint32_t>(chunk.size() - 4)) + chunk + number(~crc);
  png.insert(png.begin() + 33, all.begin(), all.end());
  return png;
}
/// With a text chunk `Software`.
inline std::vector<unsigned char> signed_png(std::vector<unsigned char> png, std::string_view program) {
  return with_chunk(std::move(png), std::string("tEXtSoftware") + '\0' + std::string(program));
}

inline std::string beginning_of(const std::filesystem::path& path, std::size_t bytes) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) return {};  // a pipe would never end
  std::string text(bytes, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(bytes));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

inline bool is_signed_by(const std::filesystem::path& path, std::string_view program) {
  return beginning_of(path, 128).find(program) != std::string::npos;
}
