// A folder of its own for the files that a test writes; gone at the end.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

class test_folder {
 public:
  explicit test_folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("cnnpool_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~test_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  test_folder(const test_folder&) = delete;
  test_folder& operator=(const test_folder&) = delete;

  std::string path() const { return path_.string(); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return *this / name;
  }
  /// A device like that one, e.g. /dev/null, under a name in the folder, or "" and a line that says so. Root gets a
  /// node of its own: what is wrong with the code under test must not replace the machine's. Others get a link.
  std::string device(const std::string& name, const char* like) const {
    const std::string path = *this / name;
    struct stat real {};
    bool made = ::stat(like, &real) == 0 && S_ISCHR(real.st_mode);
    if (made && ::geteuid() != 0) {
      std::filesystem::create_symlink(like, path);
    } else if (made) {
      const int fd = ::mknod(path.c_str(), S_IFCHR | 0666, real.st_rdev) == 0 ? ::open(path.c_str(), O_WRONLY) : -1;
      made = fd >= 0 && ::close(fd) == 0;
      if (!made) ::unlink(path.c_str());
    }
    if (!made) std::cout << "skipped: a device like " << like << ": it cannot be made here\n";
    return made ? path : std::string();
  }
  /// Files and folders in it.
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};
