// Names of files in lines: a list holds one name a line, and so does what a program says.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <cnnpool/core/error.hpp>

/// Raises where a list could not give the name back. where begins the sentence.
inline void check_listable(const std::string& name, const std::string& where = {}) {
  if (name.find_first_of("\r\n") != std::string::npos)
    cnnpool::raise(where, name, ": a list cannot hold a name with a line break");
}

/// For a line on standard error: line breaks are spaces.
inline std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

/// "3 files that are no pictures (a, b, ...)", or nothing.
inline std::string counted(const std::vector<std::string>& names, const std::string& one, const std::string& many) {
  constexpr std::size_t shown = 3;
  if (names.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) list += (i == 0 ? "" : ", ") + one_line(names[i]);
  return std::to_string(names.size()) + " " + (names.size() == 1 ? one : many) + " (" + list +
         (names.size() > shown ? ", ..." : "") + ")";
}
