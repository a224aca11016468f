// A list of labelled photos: lines "path label". The label is a whole number, what stands behind the last space; the
// path may hold spaces, and is relative to the folder of the list. Beside the list may lie a classes.txt with lines
// "number name".
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <cnnpool/core/error.hpp>

namespace finetune {

struct labelled_photo {
  std::string name;  ///< as the list has it
  std::string path;
  int label = 0;
};

namespace detail {

inline std::vector<std::string> lines_of(const std::string& path, const char* option) {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path))
    cnnpool::raise(option, ": ", path, " cannot be opened, expected a list of lines \"path label\"");
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
    out.push_back(line);
  }
  return out;
}

/// A whole number that is all of the text.
inline bool read_number(const std::string& text, int& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size();
}

}  // namespace detail

inline std::vector<labelled_photo> read_photo_list(const std::string& path, const char* option) {
  std::vector<labelled_photo> out;
  std::map<std::string, std::size_t> seen;
  std::size_t number = 0;
  for (const std::string& line : detail::lines_of(path, option)) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.rfind(' ');
    labelled_photo photo;
    if (space == std::string::npos || !detail::read_number(line.substr(space + 1), photo.label) || photo.label < 0)
      cnnpool::raise(option, ": ", path, ":", number, ": \"", line,
                     "\", expected a path, a space and a label of 0 or more");
    photo.name = line.substr(0, space);
    while (!photo.name.empty() && photo.name.back() == ' ') photo.name.pop_back();
    if (const auto [before, added] = seen.emplace(photo.name, number); !added)
      cnnpool::raise(option, ": ", path, ":", number, ": ", photo.name, " is in line ", before->second, " already");
    photo.path = (std::filesystem::path(path).parent_path() / photo.name).string();
    out.push_back(photo);
  }
  if (out.empty()) cnnpool::raise(option, ": ", path, " names 0 photos, expected at least 2");
  return out;
}

/// What the labels stand for; a label without a name is called by its number.
class class_names {
 public:
  explicit class_names(const std::string& list) {
    const std::string path = (std::filesystem::path(list).parent_path() / "classes.txt").string();
    if (!std::filesystem::is_regular_file(path)) return;
    for (const std::string& line : detail::lines_of(path, "classes")) {
      const std::size_t space = line.find(' ');
      int label = 0;
      if (space != std::string::npos && detail::read_number(line.substr(0, space), label))
        names_[label] = line.substr(space + 1);
    }
  }
  std::string of(int label) const {
    const auto at = names_.find(label);
    return at == names_.end() ? std::to_string(label) : std::to_string(label) + " (" + at->second + ")";
  }

 private:
  std::map<int, std::string> names_;
};

/// The photos of every label, by their place in the list.
inline std::map<int, std::vector<std::size_t>> photos_by_label(const std::vector<labelled_photo>& photos) {
  std::map<int, std::vector<std::size_t>> out;
  for (std::size_t i = 0; i < photos.size(); ++i) out[photos[i].label].push_back(i);
  return out;
}

}  // namespace finetune
