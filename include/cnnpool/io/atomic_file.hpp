// Files that appear under their names when they are complete, and never otherwise.
//
//   detail::atomic_file file("d.npy", "write_npy");   // the second begins the message of an error
//   file.write(data, bytes);
//   file.commit();                                    // commit_together({&a, &b}): all of them, or none
//
// The bytes go to a new file in the folder of the old one, NAME.cnnpool-K.part, and reach the disk before that is
// renamed. Whatever goes wrong is an error with the system's reason; nothing half-written remains, and an older file
// is as it was. On POSIX, moreover:
//   * A link is followed and stays a link: what it names is written. Devices and FIFOs are written directly.
//   * An older file keeps its mode and its owner (as far as the system lets us); one that is read-only is not replaced.
//   * Several may write to one path at once: each locks its temporary file, and the last to finish gives the contents.
//     A temporary without a lock is that of a program that was killed; the next one that writes the path removes it.
//   * commit_together undoes the renames before one that fails. A program that is killed between two renames leaves
//     one new file and one old one. On a file system without hard links an older file cannot be put back.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"

#if __has_include(<sys/file.h>)  // POSIX, with flock
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// A file that appears under its name when commit() is called, and not otherwise.
class atomic_file {
 public:
  atomic_file(std::string path, const char* where) : path_(std::move(path)), target_(path_), where_(where) {
    if (!open()) fail();
  }
  ~atomic_file() { drop(); }
  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;

  void write(const void* data, std::size_t bytes) {
    if (bytes != 0 && std::fwrite(data, 1, bytes, file_) != bytes) fail();
  }
  void commit();

  friend void commit_together(const std::vector<atomic_file*>& files);

 private:
  [[noreturn]] void fail() {
    const int reason = errno;
    drop();
    raise(where_, ": ", path_, " cannot be written: ", std::strerror(reason));
  }
  std::string temporary_name(int k) const {
    const std::size_t name = target_.find_last_of('/') + 1;         // 0 where there is no folder
    return target_.substr(0, name) + target_.substr(name, longest)  // a name may have 255 bytes
           + ".cnnpool-" + detail::decimal(k) + ".part";
  }
  /// Cleans up after a file that is complete, or no longer wanted.
  void drop() {
    if (file_ != nullptr && !temporary_.empty() && !published_) std::remove(temporary_.c_str());
    if (file_ != nullptr) std::fclose(file_);
    file_ = nullptr;
#if __has_include(<sys/file.h>)
    if (!older_.empty()) ::unlink(older_.c_str());
    if (older_lock_ >= 0) ::close(older_lock_);
    older_.clear();
    older_lock_ = -1;
#endif
  }

#if __has_include(<sys/file.h>)
  bool open() {
    struct stat found {};
    if (::stat(path_.c_str(), &found) == 0 && !S_ISREG(found.st_mode)) {
      if (S_ISDIR(found.st_mode)) errno = EISDIR;
      else if (const int fd = ::open(path_.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC); fd >= 0) adopt(fd);
      return file_ != nullptr;
    }
    if (!follow_links()) return false;
    existed_ = ::stat(target_.c_str(), &older_status_) == 0;
    if (existed_ && ::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) return false;
    // The first ones are looked at even when one of them is ours: an earlier program may have been killed in any.
    for (int k = 0; k < most_temporaries && (file_ == nullptr || k < swept); ++k) {
      const std::string name = temporary_name(k);
      remove_stale(name);
      if (file_ != nullptr) continue;
      const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, existed_ ? 0600 : 0666);
      if (fd < 0 && errno != EEXIST) return false;
      if (fd < 0) continue;
      // Between open and flock somebody may have taken the new file for a stale one: then it is his to remove.
      struct stat made {};
      const bool taken = (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
                         (::fstat(fd, &made) == 0 && made.st_nlink == 0);
      if (taken) ::close(fd);
      else if (temporary_ = name; !adopt(fd)) return false;
    }
    return file_ != nullptr;
  }
  bool adopt(int fd) {
    file_ = ::fdopen(fd, "wb");
    if (file_ == nullptr) ::close(fd);
    return file_ != nullptr;
  }
  /// target_: what the path names in the end, which may not exist.
  bool follow_links() {
    for (int i = 0; i < 40; ++i) {
      char to[4096];
      const auto length = ::readlink(target_.c_str(), to, sizeof to);
      if (length < 0) return errno == EINVAL || errno == ENOENT;  // no link, or nothing
      std::string next(to, static_cast<std::size_t>(length));
      if (next[0] != '/') next.insert(0, target_, 0, target_.find_last_of('/') + 1);
      target_ = next;
    }
    errno = ELOOP;
    return false;
  }
  static bool is_named(int fd, const std::string& name) {
    struct stat open {}, named {};
    return ::fstat(fd, &open) == 0 && ::lstat(name.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
           open.st_dev == named.st_dev;
  }
  /// Removes a temporary file only if nobody holds a lock on it and it is a regular file of ours.
  static void remove_stale(const std::string& name) {
    const int fd = ::open(name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    struct stat found {};
    if (::fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && ::flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        is_named(fd, name))
      ::unlink(name.c_str());
    ::close(fd);
  }
  /// The owner first: changing it clears bits of the mode. If the group cannot be kept, it gets the rights of others.
  void keep_owner_and_mode(int fd) const {
    mode_t mode = older_status_.st_mode & 07777;
    if (::fchown(fd, older_status_.st_uid, older_status_.st_gid) != 0) {
      mode &= 0777;
      if (::fchown(fd, static_cast<uid_t>(-1), older_status_.st_gid) != 0)
        mode = (mode & 0707) | (mode & 07) << 3;
    }
    static_cast<void>(::fchmod(fd, mode));  // a file system without modes refuses
  }
  /// Brings everything to the disk, or to the device.
  bool finish() {
    if (std::fflush(file_) != 0) return false;
    if (temporary_.empty()) return true;
    const int fd = ::fileno(file_);
    if (existed_) keep_owner_and_mode(fd);
    return ::fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
  }
  /// A second name of the older file, locked as a temporary is, until all files are renamed.
  void keep_older() {
    if (temporary_.empty() || !existed_) return;
    older_lock_ = ::open(target_.c_str(), O_RDONLY | O_CLOEXEC);
    if (older_lock_ >= 0) static_cast<void>(::flock(older_lock_, LOCK_EX | LOCK_NB));
    for (int k = 0; k < most_temporaries && older_.empty(); ++k) {
      if (::link(target_.c_str(), temporary_name(k).c_str()) == 0) older_ = temporary_name(k);
      else if (errno != EEXIST) return;
    }
  }
  bool publish() {  // closed after that, since the lock goes with it
    published_ = temporary_.empty() || std::rename(temporary_.c_str(), target_.c_str()) == 0;
    return published_;
  }
  void undo() {
    if (!published_ || temporary_.empty()) return;
    if (!older_.empty() && std::rename(older_.c_str(), target_.c_str()) == 0) older_.clear();
    else if (!existed_) ::unlink(target_.c_str());
  }

  struct stat older_status_ {};
  std::string older_;
  int older_lock_ = -1;
#else
  bool open() {
    for (int k = 0; k < most_temporaries && file_ == nullptr; ++k) {
      temporary_ = temporary_name(k);
      errno = 0;
      file_ = std::fopen(temporary_.c_str(), "wbx");  // "x": never a file that exists
      if (file_ == nullptr && errno != EEXIST) return false;
    }
    return file_ != nullptr;
  }
  bool finish() { return std::fflush(file_) == 0; }
  void keep_older() {}
  bool publish() {  // closed before that: an open file cannot be renamed everywhere
    const bool closed = std::fclose(file_) == 0;
    file_ = nullptr;
    published_ = closed && std::rename(temporary_.c_str(), target_.c_str()) == 0;
    if (!published_) {
      const int reason = errno;
      std::remove(temporary_.c_str());
      errno = reason;
    }
    return published_;
  }
  void undo() {}
#endif

  static constexpr int most_temporaries = 1000, swept = 8;
  static constexpr std::size_t longest = 200;
  std::string path_, target_, temporary_;  // temporary_: "" where the target is written directly
  const char* where_;
  std::FILE* file_ = nullptr;
  bool existed_ = false, published_ = false;
};

/// All files appear, or none does and the first that cannot be written is named.
inline void commit_together(const std::vector<atomic_file*>& files) {
  atomic_file* broken = nullptr;
  int reason = 0;
  const auto each = [&](auto&& step) {
    for (atomic_file* file : files)
      if (broken == nullptr && !step(*file)) {
        reason = errno;
        broken = file;
      }
  };
  each([](atomic_file& file) { return file.finish(); });
  if (files.size() > 1 && broken == nullptr)
    for (atomic_file* file : files) file->keep_older();
  each([](atomic_file& file) { return file.publish(); });
  if (broken != nullptr)
    for (atomic_file* file : files) file->undo();
  for (atomic_file* file : files) file->drop();
  errno = reason;
  if (broken != nullptr) broken->fail();
}

inline void atomic_file::commit() { commit_together({this}); }

}  // namespace detail

}  // namespace cnnpool
