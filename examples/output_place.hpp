// Whether a file can be written, asked before the work and not after it: a folder of that name, no permission, a link
// into nowhere. Nothing is left behind. What is no regular file is let be: opening a pipe would wait for its reader.
#pragma once

#include <filesystem>
#include <string>

#include <cnnpool/io/atomic_file.hpp>

/// where begins the sentence of an error.
inline void check_place(const std::filesystem::path& file, const char* where) {
  std::error_code unknown;
  const std::filesystem::file_status there = std::filesystem::status(file, unknown);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there) &&
      !std::filesystem::is_directory(there))
    return;
  const cnnpool::detail::atomic_file probe(file.string(), where);
}

/// A pipe is no place either.
inline void check_place_of_file(const std::filesystem::path& file, const char* where) {
  std::error_code unknown;
  if (std::filesystem::is_fifo(file, unknown))
    cnnpool::raise(where, ": ", file.string(), " is a pipe, expected a place for a file");
  check_place(file, where);
}
