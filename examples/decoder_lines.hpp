// What libjpeg, libpng and the others print on standard error while they decode: kept, so that it can stand in a
// sentence that names the photo. For programs that decode one photo at a time.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

class decoder_lines {
 public:
  decoder_lines() {
    static std::FILE* const kept = std::tmpfile();  // one for all
    if (kept == nullptr) return;
    file_ = fileno(kept);
    std::fflush(stderr);
    before_ = dup(STDERR_FILENO);
    if (before_ < 0 || ftruncate(file_, 0) != 0 || lseek(file_, 0, SEEK_SET) != 0) return;
    caught_ = dup2(file_, STDERR_FILENO) >= 0;
  }
  decoder_lines(const decoder_lines&) = delete;
  decoder_lines& operator=(const decoder_lines&) = delete;
  ~decoder_lines() {
    give_back();
    if (before_ >= 0) close(before_);
  }

  /// The first line; nothing where nothing was printed. Standard error is as it was then.
  std::string first() {
    give_back();
    char text[300] = {};
    if (file_ < 0 || before_ < 0 || pread(file_, text, sizeof text - 1, 0) <= 0) return {};
    const std::string all = text;
    return all.substr(0, all.find_first_of("\r\n"));
  }

 private:
  void give_back() {
    if (!caught_) return;
    std::fflush(stderr);
    dup2(before_, STDERR_FILENO);
    caught_ = false;
  }

  int file_ = -1, before_ = -1;
  bool caught_ = false;
};
