// Readers look at a file's length before they believe it, so a pipe is no input for them: it is named, and not waited
// for.
#pragma once

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

}  // namespace detail

}  // namespace cnnpool
