// How a program ends: a standard output that cannot be written (a full disk) is no success, and nothing else says so.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>

/// Null, or the reason why what was printed is lost.
inline const char* output_failure() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return nullptr;
  return errno != 0 ? std::strerror(errno) : "an earlier write failed";
}

/// The exit code of a program that has printed all that it had to.
inline int printed() {
  const char* const reason = output_failure();
  if (reason != nullptr) std::fprintf(stderr, "standard output cannot be written: %s\n", reason);
  return reason == nullptr ? 0 : 1;
}
