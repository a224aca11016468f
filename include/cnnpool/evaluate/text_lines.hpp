// The lines of ground-truth files as words, and words as numbers and boxes. Files come from editors of every system: a
// byte-order mark of UTF-8 and carriage returns are passed over, UTF-16 is refused by name, and so are pickles.
//
// Words stand between blanks; "in double quotes" a word may hold blanks. Numbers are decimal and finite: neither
// hexadecimal nor nan is one, in whatever language the program runs.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/shape.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// x0, y0, x1, y1 in pixels: what of the image is the query. All 0: all of it.
using query_box = std::array<double, 4>;

namespace detail {

enum class separator {
  blanks,
  tabs  ///< where a line has one; its words may hold spaces then
};

inline std::string trimmed(std::string_view text) {
  constexpr const char* blanks = " \t\r\v\f";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos
             ? std::string()
             : std::string(text.substr(first, text.find_last_not_of(blanks) + 1 - first));
}

inline std::vector<std::string> words_of(const std::string& line, separator by, const std::string& where,
                                         const char* reader) {
  std::vector<std::string> words;
  const bool tabs = by == separator::tabs && trimmed(line).find('\t') != std::string::npos;
  const std::string blanks = tabs ? "\t" : " \t\r\v\f";
  for (std::size_t at = 0; at < line.size();) {
    at = line.find_first_not_of(tabs ? "\t\r " : blanks.c_str(), at);
    if (at == std::string::npos) break;
    if (line[at] == '"') {
      const std::size_t end = line.find('"', at + 1);
      if (end == std::string::npos || (end + 1 < line.size() && blanks.find(line[end + 1]) == std::string::npos &&
                                       line[end + 1] != '\r'))
        raise(reader, ": ", where, ": a word begins with a double quote, expected another at its end");
      words.push_back(line.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    const std::size_t end = line.find_first_of(blanks, at);
    words.push_back(trimmed(line.substr(at, end == std::string::npos ? end : end - at)));
    at = end == std::string::npos ? line.size() : end;
  }
  return words;
}

/// What the beginning of a file says against its being UTF-8 text.
inline void check_text(const std::string& line, const std::string& path, const char* reader) {
  const std::string_view begins = std::string_view(line).substr(0, 2);
  if (begins == "\xff\xfe" || begins == "\xfe\xff")
    raise(reader, ": ", path, " is UTF-16, expected UTF-8 (an editor can save it as that)");
  if (begins.size() == 2 && begins[0] == '\x80' && begins[1] >= 2 && begins[1] <= 5)
    raise(reader, ": ", path,
          " is a pickle of Python, expected text or JSON; scripts/revisited_json turns one into JSON");
  if (line.find('\0') != std::string::npos)
    raise(reader, ": ", path, " holds zero bytes, expected UTF-8 text (UTF-16 without its mark?)");
}

/// Calls f(words, where) for every line that says something; where = `FILE:LINE`. Lines that begin with # are passed
/// over.
template <class F>
void for_each_line(const std::string& path, const char* reader, separator by, const F& f) {
  std::error_code none;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, none)) raise(reader, ": ", path, " cannot be opened");
  std::string line;
  for (index_t number = 1; std::getline(file, line); ++number) {
    if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
    check_text(line, path, reader);
    const std::string where = path + ":" + detail::decimal(number);
    if (trimmed(line).starts_with('#')) continue;
    const std::vector<std::string> words = words_of(line, by, where, reader);
    if (!words.empty()) f(words, where);
  }
  if (file.bad()) raise(reader, ": ", path, " cannot be read to its end");
}
template <class F>
void for_each_line(const std::string& path, const char* reader, const F& f) {
  for_each_line(path, reader, separator::blanks, f);
}

inline double number_in(const std::string& word, const std::string& where, const char* reader) {
  std::istringstream in(word);
  in.imbue(std::locale::classic());
  double value = 0;
  if (word.empty() || word[0] == ' ' || !(in >> value) || in.peek() != std::istringstream::traits_type::eof())
    raise(reader, ": ", where, ": \"", word, "\", expected a number");
  return value;
}

/// A box that is none would be the whole photo, and one in shares of its sides its first pixel; nobody would notice.
/// 0 0 1 1 is a pixel: whole numbers are taken for pixels, however small.
inline void check_box(const query_box& box, const std::string& where, const char* reader) {
  const bool right = box[0] < box[2] && box[1] < box[3], shares = box[2] <= 1 && box[3] <= 1;
  if (right && (!shares || std::ranges::all_of(box, [](double x) { return std::floor(x) == x; }))) return;
  raise(reader, ": ", where, ": the box ", box[0], " ", box[1], " ", box[2], " ", box[3],
        right ? " is in shares of the photo's sides, it seems, expected pixels"
              : ", expected x0 y0 x1 y1 with x0 < x1 and y0 < y1");
}

inline query_box box_in(const std::vector<std::string>& words, std::size_t first, const std::string& where,
                        const char* reader) {
  if (words.size() != first + 4)
    raise(reader, ": ", where, ": ", words.size(), " words, expected ", first + 4, ", the last 4 of them x0 y0 x1 y1");
  query_box box;
  for (std::size_t i = 0; i < 4; ++i) box[i] = number_in(words[first + i], where, reader);
  check_box(box, where, reader);
  return box;
}

}  // namespace detail

}  // namespace cnnpool
