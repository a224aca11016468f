// Descriptors and feature maps to .npy files that NumPy opens: format 1.0, C order, this machine's byte order.
//
// Atomic (atomic_file.hpp): the file appears when it is complete. Whatever goes wrong is an error with the system's
// reason; nothing half-written remains, and an older file of that name is as it was.
#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "../core/descriptors.hpp"
#include "../core/feature_view.hpp"
#include "atomic_file.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

template <class T>
constexpr const char* npy_code() {
  if constexpr (std::is_same_v<T, float>) return "f4";
  else if constexpr (std::is_same_v<T, double>) return "f8";
  else if constexpr (std::is_same_v<T, float16>) return "f2";
  else if constexpr (std::is_same_v<T, std::uint8_t>) return "u1";
  else return "i1";
}

/// Magic, version, length and dictionary, padded so that the data start at a multiple of 64.
template <class T>
std::string npy_preamble(const std::string& shape) {
  const char order = sizeof(T) == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
  std::string text =
      std::string("{'descr': '") + order + npy_code<T>() + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  while ((10 + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string r = "\x93NUMPY";
  r += '\1';
  r += '\0';
  r += static_cast<char>(text.size() & 0xff);
  r += static_cast<char>(text.size() >> 8);
  return r + text;
}

/// sink.write(data, bytes) gets the file's bytes in order.
template <class Sink, class T>
void npy_to(Sink& sink, const descriptors<T>& d) {
  const std::string preamble = npy_preamble<T>(detail::decimal(d.rows()) + ", " + detail::decimal(d.cols()));
  sink.write(preamble.data(), preamble.size());
  sink.write(d.data(), d.values().size() * sizeof(T));
}
template <class Sink, class T>
void npy_to(Sink& sink, const feature_view<T>& x) {
  const shape& e = x.extents();
  const std::string preamble = npy_preamble<T>(detail::decimal(e.n) + ", " + detail::decimal(e.c) + ", " +
                                               detail::decimal(e.h) + ", " + detail::decimal(e.w));
  sink.write(preamble.data(), preamble.size());
  std::vector<T> row(static_cast<std::size_t>(e.w));
  for (index_t n = 0; n < e.n; ++n)
    for (index_t c = 0; c < e.c; ++c)
      for (index_t h = 0; h < e.h; ++h) {
        for (index_t w = 0; w < e.w; ++w) row[static_cast<std::size_t>(w)] = x(n, c, h, w);
        sink.write(row.data(), row.size() * sizeof(T));
      }
}

}  // namespace detail

/// n x d, float or double.
template <class T>
void write_npy(const std::string& path, const descriptors<T>& d) {
  detail::atomic_file file(path, "write_npy");
  detail::npy_to(file, d);
  file.commit();
}

/// n x c x h x w, the stored elements (8-bit ones without their scale). Every type but bfloat16, which .npy lacks.
template <class T>
void write_npy(const std::string& path, const feature_view<T>& x) {
  static_assert(!std::is_same_v<T, bfloat16>,
                "cnnpool::write_npy: .npy has no code for bfloat16; convert to float first");
  detail::atomic_file file(path, "write_npy");
  detail::npy_to(file, x);
  file.commit();
}

}  // namespace cnnpool
