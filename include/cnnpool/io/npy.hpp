// Feature maps from .npy files, NumPy's format: versions 1.0 to 3.0, C and Fortran order, f2, f4, f8, u1, i1, both byte
// orders (big-endian is swapped while loading). bfloat16 has no code in .npy.
//
//   cnnpool::npy_array maps = cnnpool::read_npy("maps.npy");        // owns the data
//   auto d = cnnpool::pool(maps, cnnpool::gem_p<3>{});                   // 1 to 4 axes: c, nc, chw, nchw
//   auto e = cnnpool::pool(maps.view({.axes = "nhwc"}), cnnpool::gem_p<3>{});
//
// A file is not trusted: the length that its header promises is compared with the length that it has before anything is
// allocated for it. Whatever is wrong is an error with the file's name and the numbers.
#pragma once

#include <bit>
#include <cstring>
#include <fstream>
#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "../adapter.hpp"
#include "npy_header.hpp"
#include "seekable_file.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// The data of one .npy file.
class npy_array {
 public:
  npy_array() = default;
  npy_array(npy_header header, std::vector<std::uint64_t> words)
      : header_(std::move(header)), words_(std::move(words)) {}

  const npy_header& header() const { return header_; }
  scalar_type type() const { return header_.type; }
  const std::vector<index_t>& shape() const { return header_.shape; }
  const void* data() const { return words_.data(); }

  /// hints.axes names the file's axes in order, hints.quantized gives 8-bit values their scale.
  any_feature_view view(const hints& h = {}) const {
    const index_t rank = static_cast<index_t>(header_.shape.size());
    std::vector<index_t> strides(header_.shape.size());
    index_t step = 1;
    for (index_t i = 0; i < rank; ++i) {
      const std::size_t axis = static_cast<std::size_t>(header_.fortran_order ? i : rank - 1 - i);
      strides[axis] = step;
      step *= header_.shape[axis];  // fits: read_npy has checked the product
    }
    const detail::geometry g = detail::geometry_of(rank, header_.shape.data(), strides.data(), h, "npy_array::view");
    return any_feature_view(data(), header_.type, g.extents, g.stride, h.quantized);
  }

 private:
  npy_header header_;
  std::vector<std::uint64_t> words_;  // aligned for every type
};

template <>
struct adapter<npy_array> {
  static any_feature_view view(const npy_array& a, const hints& h) { return a.view(h); }
};

namespace detail {

inline std::size_t size_of(scalar_type t) {
  switch (t) {
    case scalar_type::float64: return 8;
    case scalar_type::float16:
    case scalar_type::bfloat16: return 2;
    case scalar_type::int8:
    case scalar_type::uint8: return 1;
    case scalar_type::float32: break;
  }
  return 4;
}

inline std::string text_of(const std::vector<index_t>& shape) {
  std::string text;
  for (const index_t extent : shape) text += (text.empty() ? "" : " x ") + detail::decimal(extent);
  return text.empty() ? "()" : text;
}

}  // namespace detail

/// Reads from a stream that can seek; `name` is for messages.
inline npy_array read_npy(std::istream& in, const std::string& name) {
  const auto bad = [&](const auto&... pieces) { raise("read_npy: ", name, ": ", pieces...); };
  in.peek();  // a folder can be opened; only reading it fails
  in.seekg(0, std::ios::end);
  const std::streamoff end = in.tellg();
  in.seekg(0);
  if (!in || end < 0) bad("cannot be read");
  unsigned char start[12] = {};
  in.read(reinterpret_cast<char*>(start), 10);
  if (in.gcount() < 10 || std::memcmp(start, "\x93NUMPY", 6) != 0) bad("is not a .npy file (", end, " bytes)");
  const int major = start[6], minor = start[7];
  if (major < 1 || major > 3) bad("is .npy format ", major, ".", minor, ", expected 1.0, 2.0 or 3.0");
  std::uint64_t length = static_cast<std::uint64_t>(start[8]) | static_cast<std::uint64_t>(start[9]) << 8;
  std::uint64_t before = 10;
  if (major > 1) {
    in.read(reinterpret_cast<char*>(start) + 10, 2);
    if (in.gcount() < 2) bad("ends inside its header (", end, " bytes)");
    length |= static_cast<std::uint64_t>(start[10]) << 16 | static_cast<std::uint64_t>(start[11]) << 24;
    before = 12;
  }
  const std::uint64_t file = static_cast<std::uint64_t>(end);
  if (length > file - before) bad("ends inside its header (", end, " bytes, the header says ", length, ")");
  std::string text(detail::size_in_memory(length), '\0');
  in.read(text.data(), static_cast<std::streamsize>(length));
  if (static_cast<std::uint64_t>(in.gcount()) != length) bad("ends inside its header (", end, " bytes)");

  npy_header header;
  if (const std::string wrong = detail::npy_dictionary(text).read(header); !wrong.empty()) bad(wrong);
  text = {};

  const index_t size = static_cast<index_t>(detail::size_of(header.type));
  index_t bytes = size;
  bool empty = false, fits = true;
  for (const index_t extent : header.shape) empty = empty || extent == 0;
  // The strides of an empty array have to fit too, so an extent of 0 counts as 1 here.
  for (const index_t extent : header.shape) fits = fits && detail::multiply(bytes, extent == 0 ? 1 : extent, bytes);
  if (!fits) bad("shape ", detail::text_of(header.shape), " has more bytes than a 64-bit index counts");
  if (empty) bytes = 0;
  const std::uint64_t there = file - before - length;
  if (there != static_cast<std::uint64_t>(bytes))
    bad(there, " bytes of data, shape ", detail::text_of(header.shape), " of ", to_string(header.type), " needs ",
        bytes);

  std::vector<std::uint64_t> words(static_cast<std::size_t>((bytes + 7) / 8));
  in.read(reinterpret_cast<char*>(words.data()), bytes);
  if (in.gcount() != bytes) bad("ends after ", in.gcount(), " of ", bytes, " bytes of data");
  constexpr bool big_machine = std::endian::native == std::endian::big;
  if (header.big_endian != big_machine && size > 1) {
    char* p = reinterpret_cast<char*>(words.data());
    for (index_t i = 0; i < bytes; i += size)
      for (index_t k = 0; k < size / 2; ++k) std::swap(p[i + k], p[i + size - 1 - k]);
    header.big_endian = big_machine;
  }
  return {std::move(header), std::move(words)};
}

inline npy_array read_npy(const std::string& path) {
  detail::refuse_pipe(path, "read_npy");
  std::ifstream in(path, std::ios::binary);
  if (!in) raise("read_npy: ", path, " cannot be opened");
  return read_npy(in, path);
}

}  // namespace cnnpool
