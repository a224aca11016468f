// Lists of labelled photos, as Caffe reads them: lines "path label". The label is what stands behind the last space, so
// that paths may hold spaces. Beside a list of numbers may lie a classes.txt with lines "number name".
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <cnnpool/core/error.hpp>

#include "whole_number.hpp"

struct list_line {
  std::size_t number = 0;  ///< in the file, from 1
  std::string path, label;
};

/// The lines of a list, without empty ones and those that begin with #. where begins the sentence of an error.
inline std::vector<list_line> read_list_lines(const std::filesystem::path& file, const char* where) {
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file))
    cnnpool::raise(where, ": ", file.string(), " cannot be opened, expected a list of lines \"path label\"");
  std::vector<list_line> out;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);  // a byte order mark
    const std::size_t last = line.find_last_not_of(" \t\r"), first = line.find_first_not_of(" \t");
    if (last == std::string::npos || line[first] == '#') continue;
    line = line.substr(first, last + 1 - first);
    const std::size_t space = line.find_last_of(" \t");
    if (space == std::string::npos)
      cnnpool::raise(where, ": ", file.string(), ":", number, ": \"", line, "\", expected a path, a space and a label");
    out.push_back({number, line.substr(0, line.find_last_not_of(" \t", space) + 1), line.substr(space + 1)});
  }
  if (in.bad()) cnnpool::raise(where, ": ", file.string(), " cannot be read to its end");
  return out;
}

/// Number -> name; nothing where there is no such file.
inline std::map<int, std::string> read_class_names(const std::filesystem::path& file, const char* where) {
  std::map<int, std::string> out;
  std::ifstream in(file);
  std::string line;
  for (std::size_t at = 1; std::getline(in, line); ++at) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.find(' ');
    int number = 0;
    if (space == std::string::npos || !whole_number(line.substr(0, space), number))
      cnnpool::raise(where, ": ", file.string(), ":", at, ": \"", line,
                     "\", expected the number of a class and its name");
    if (!out.emplace(number, line.substr(space + 1)).second)
      cnnpool::raise(where, ": ", file.string(), ":", at, ": class ", number, " stands in it already");
  }
  return out;
}
