// Readers look at a file's length before they believe it, so a pipe is no input for them: it is named, and not waited
// for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "../core/error.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

inline void refuse_pipe(const std::string& path, const char* reader) {
  std::error_code unknown;
  if (std::filesystem::is_fifo(path, unknown))
    raise(reader, ": ", path, " is a pipe, expected a file: its length is looked at first");
}

/// The 64-bit length of something that fits into memory. A template, because -Wuseless-cast names a cast to the same
/// type elsewhere.
template <class Length>
std::size_t size_in_memory(Length length) {
  return static_cast<std::size_t>(length);
}

}  // namespace detail

}  // namespace cnnpool
