// Tables as CSV files: a field, a file read back, and a number in it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include <cnnpool/core/error.hpp>

/// A name as a field of a CSV file.
inline std::string csv_field(const std::string& name) {
  if (name.find_first_of(",\"\n\r") == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// The lines of a CSV text, each its fields; a quoted field may hold commas and line breaks, and quotes doubled.
inline std::vector<std::vector<std::string>> csv_lines(const std::string& text) {
  std::vector<std::vector<std::string>> out;
  bool quoted = false, begins = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (begins) out.emplace_back(1);
    begins = false;
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') out.back().back() += text[++i];
    else if (c == '"') quoted = !quoted;
    else if (c == ',' && !quoted) out.back().emplace_back();
    else if (c == '\n' && !quoted) begins = true;
    else if (c != '\r' || quoted) out.back().back() += c;
  }
  return out;
}

/// The lines of a CSV file as name of the column -> field. Raises where one of `columns` is not there.
inline std::vector<std::map<std::string, std::string>> read_csv(const std::filesystem::path& file,
                                                                const std::vector<std::string>& columns) {
  std::ifstream in(file, std::ios::binary);
  const auto lines = csv_lines({std::istreambuf_iterator<char>(in), {}});
  if (lines.empty()) cnnpool::raise(file.string(), " cannot be read, or is empty");
  for (const std::string& column : columns)
    if (std::find(lines[0].begin(), lines[0].end(), column) == lines[0].end())
      cnnpool::raise(file.string(), " has no column \"", column, "\"");
  std::vector<std::map<std::string, std::string>> out;
  for (std::size_t line = 1; line < lines.size(); ++line) {
    if (lines[line].size() != lines[0].size())
      cnnpool::raise(file.string(), ", row ", line, ": ", lines[line].size(), " fields, expected ", lines[0].size());
    auto& row = out.emplace_back();
    for (std::size_t i = 0; i < lines[0].size(); ++i) row[lines[0][i]] = lines[line][i];
  }
  return out;
}

/// The number in a column of a row.
inline double number_in(const std::map<std::string, std::string>& row, const std::string& column,
                        const std::filesystem::path& file) {
  const std::string& field = row.at(column);
  double number = 0;
  const auto [end, failed] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (failed != std::errc() || end != field.data() + field.size() || !std::isfinite(number))
    cnnpool::raise(file.string(), ": \"", field, "\" in the column \"", column, "\", expected a number");
  return number;
}
