// What a program that reads many photos says while it does: on a terminal a line that is overwritten, elsewhere one
// line at the end.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "../name_lines.hpp"

class study_progress {
 public:
  explicit study_progress(std::string what) : what_(std::move(what)) {}
  ~study_progress() {
    if (live_) std::fputs("\r\033[K", stderr);
  }
  void at(std::size_t done, std::size_t all, const std::string& name) {
    if (live_) {
      std::fprintf(stderr, "\r\033[K%s: %zu of %zu, %s", what_.c_str(), done, all, one_line(name).c_str());
    } else if (done == all) {
      std::fprintf(stderr, "%s: %zu\n", what_.c_str(), all);
    }
  }

 private:
  std::string what_;
  bool live_ = isatty(STDERR_FILENO) != 0;
};
