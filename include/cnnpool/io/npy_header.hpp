// The header of a .npy file: its format version, and the Python dictionary {'descr', 'fortran_order', 'shape'}.
//
// It is parsed, not searched: keys may come in any order, with any white space. Versions 1.0, 2.0 and 3.0. A header may
// be as long as the file, so nothing of it is copied except 4 extents and what a message quotes.
#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../core/scalar.hpp"
#include "../core/shape.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// What a .npy file says about its data.
struct npy_header {
  scalar_type type = scalar_type::float32;
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<index_t> shape;
};

namespace detail {

/// A file's own text in a message: short, and on one line whatever it contains.
inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string r = "'";
  for (const char c : text.substr(0, longest)) r += c >= ' ' && c <= '~' ? c : '?';
  return r + (text.size() > longest ? "...'" : "'");
}

/// '<f4' and the like. Returns "" if it is one that we read, otherwise what is wrong.
inline std::string read_descr(std::string_view descr, npy_header& h) {
  const auto unsupported = [&] {
    return "dtype " + in_quotes(descr) + " is not supported, expected f2, f4, f8, u1 or i1";
  };
  // NumPy has no bfloat16 of its own: ml_dtypes' arrays are saved as void.
  if (descr == "<V2" || descr == "|V2" || descr == "V2")
    return "dtype " + in_quotes(descr) + " is bfloat16, it seems, which .npy cannot name: save float32, x.astype('f4')";
  if (descr.size() < 2) return unsupported();
  char order = descr[0];
  std::string_view code = descr.substr(1);
  if (order != '<' && order != '>' && order != '|' && order != '=') {
    order = '|';
    code = descr;
  }
  h.big_endian = order == '>' || (order == '=' && std::endian::native == std::endian::big);
  if (code == "f2") h.type = scalar_type::float16;
  else if (code == "f4") h.type = scalar_type::float32;
  else if (code == "f8") h.type = scalar_type::float64;
  else if (code == "u1") h.type = scalar_type::uint8;
  else if (code == "i1") h.type = scalar_type::int8;
  else return unsupported();
  if (order == '|' && code[0] == 'f') return unsupported();
  return {};
}

/// The dictionary. Returns "" or what is wrong with it.
class npy_dictionary {
 public:
  explicit npy_dictionary(std::string_view text) : rest_(text) {}

  std::string read(npy_header& h) {
    bool descr = false, order = false, shape = false;
    if (!take('{')) return "the header is no dictionary";
    while (!take('}')) {
      std::string_view key, value;
      if (!string(key) || !take(':')) return "the header's dictionary is malformed";
      if (key == "descr" && !descr) {
        if (!string(value)) return "structured dtypes are not supported, expected f2, f4, f8, u1 or i1";
        if (std::string wrong = read_descr(value, h); !wrong.empty()) return wrong;
        descr = true;
      } else if (key == "fortran_order" && !order) {
        if (word("True")) h.fortran_order = true;
        else if (word("False")) h.fortran_order = false;
        else return "fortran_order is neither True nor False";
        order = true;
      } else if (key == "shape" && !shape) {
        std::size_t axes = 0;
        if (!tuple(h.shape, axes)) return "the shape is no tuple of non-negative 64-bit integers";
        if (axes < 1 || axes > most_axes)
          return "has " + detail::decimal(axes) + " axes, expected 1 to 4 (feature maps)";
        shape = true;
      } else {
        return "the header has an unexpected or repeated key " + in_quotes(key);
      }
      if (!take(',')) {
        if (!take('}')) return "the header's dictionary is malformed";
        break;
      }
    }
    if (!descr || !order || !shape) return "the header lacks descr, fortran_order or shape";
    skip();
    return rest_.empty() ? std::string() : "the header has text after its dictionary";
  }

 private:
  static constexpr std::size_t most_axes = 4;

  void skip() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\t' || rest_[0] == '\r'))
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view w) {
    skip();
    if (rest_.substr(0, w.size()) != w) return false;
    rest_.remove_prefix(w.size());
    return true;
  }
  bool string(std::string_view& out) {
    skip();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return false;
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos || rest_.substr(1, end - 1).find('\\') != std::string_view::npos) return false;
    out = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }
  /// Counts all axes, keeps the first four.
  bool tuple(std::vector<index_t>& out, std::size_t& axes) {
    if (!take('(')) return false;
    out.clear();
    while (!take(')')) {
      skip();
      index_t value = 0;
      const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (problem != std::errc() || value < 0) return false;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      if (++axes <= most_axes) out.push_back(value);
      if (!take(',')) {
        if (axes == 1) return false;  // "(3)" is a number, not a tuple
        return take(')');
      }
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace detail
}  // namespace cnnpool
