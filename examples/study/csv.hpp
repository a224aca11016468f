// Tables as CSV files: a field, and a file read back.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <cnnpool/core/error.hpp>

/// A name as a field of a CSV file.
inline std::string csv_field(const std::string& name) {
  if (name.find_first_of(",\"\n\r") == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// The fields of a line of a CSV file; a quoted field may hold commas, and quotes doubled.
inline std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') out.back() += line[++i];
    else if (c == '"') quoted = !quoted;
    else if (c == ',' && !quoted) out.emplace_back();
    else if (c != '\r') out.back() += c;
  }
  return out;
}

/// The lines of a CSV file as name of the column -> field.
inline std::vector<std::map<std::string, std::string>> read_csv(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) cnnpool::raise(file.string(), " cannot be read, or is empty");
  const std::vector<std::string> names = csv_fields(line);
  std::vector<std::map<std::string, std::string>> out;
  for (std::size_t number = 2; std::getline(in, line); ++number) {
    const std::vector<std::string> fields = csv_fields(line);
    if (fields.size() != names.size())
      cnnpool::raise(file.string(), ", line ", number, ": ", fields.size(), " fields, expected ",
                     names.size());
    auto& row = out.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields[i];
  }
  return out;
}
