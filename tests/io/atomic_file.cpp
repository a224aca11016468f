#include <cnnpool/io/atomic_file.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "folder.hpp"

namespace {
std::atomic<int> syncs = 0, disk_says = 0;
}
/// Instead of the C library's: counted, and a disk that fails where the test says so.
extern "C" int fsync(int) {
  ++syncs;
  errno = disk_says;
  return disk_says == 0 ? 0 : -1;
}

using cnnpool::detail::atomic_file;
using cnnpool::detail::commit_together;
namespace fs = std::filesystem;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void put(atomic_file& file, const std::string& text) { file.write(text.data(), text.size()); }
void save(const std::string& path, const std::string& text) {
  atomic_file file(path, "save");
  put(file, text);
  file.commit();
}
struct stat status_of(const std::string& path) {
  struct stat s {};
  REQUIRE(::lstat(path.c_str(), &s) == 0);
  return s;
}
unsigned mode_of(const std::string& path) { return status_of(path).st_mode & 07777; }
/// A program that has begun to write the path and was killed: its temporary is what is left.
void write_and_be_killed(const std::string& path, int files = 1) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<std::unique_ptr<atomic_file>> begun;
    for (int i = 0; i < files; ++i) begun.push_back(std::make_unique<atomic_file>(path, "child"));
    ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE((child > 0 && ::waitpid(child, &status, 0) == child && WIFSIGNALED(status)));
}

}  // namespace

TEST_CASE("a file appears when it is committed, and a writer that gives up leaves what was there") {
  const test_folder f("atomic");
  {
    atomic_file file(f / "d", "save");
    put(file, "new");
    CHECK_FALSE(fs::exists(f / "d"));
  }
  CHECK(f.entries() == 0);
  save(f / "d", "first");
  {
    atomic_file file(f / "d", "save");
    put(file, "never");
  }
  CHECK((text_of(f / "d") == "first" && f.entries() == 1));
  save(f / "d", "second");
  CHECK((text_of(f / "d") == "second" && f.entries() == 1));
  const std::string long_name = f / std::string(255, 'n');
  save(long_name, "long");
  CHECK(text_of(long_name) == "long");
}
TEST_CASE("a link stays a link and what it names is written, also where it does not exist yet") {
  const test_folder f("atomic");
  fs::create_directories(f / "real");
  f.write("real/d", "old");
  fs::create_symlink("real/d", f / "link");
  fs::create_symlink(f / "link", f / "link_to_link");
  save(f / "link_to_link", "new");
  CHECK((fs::is_symlink(f / "link") && fs::is_symlink(f / "link_to_link") && text_of(f / "real/d") == "new"));
  fs::create_symlink("real/none", f / "dangling");
  save(f / "dangling", "made");
  CHECK((fs::is_symlink(f / "dangling") && text_of(f / "real/none") == "made"));
  CHECK((f.entries() == 4 && std::distance(fs::directory_iterator(f / "real"), fs::directory_iterator()) == 2));
  fs::create_symlink("round", f / "round");
  CHECK(sentence([&] { save(f / "round", "x"); }) ==
        "save: " + f / "round" + " cannot be written: Too many levels of symbolic links");
  fs::create_symlink("real", f / "folder");
  CHECK(sentence([&] { save(f / "folder", "x"); }) == "save: " + f / "folder" + " cannot be written: Is a directory");
}
TEST_CASE("a FIFO stays one and gets the bytes") {
  const test_folder f("atomic");
  REQUIRE(::mkfifo((f / "fifo").c_str(), 0600) == 0);
  std::string got;
  std::thread reader([&] { got = text_of(f / "fifo"); });
  save(f / "fifo", "through the pipe");
  reader.join();
  CHECK((got == "through the pipe" && S_ISFIFO(status_of(f / "fifo").st_mode) && f.entries() == 1));
}
TEST_CASE("devices are written, not replaced, also through a link") {
  const test_folder f("atomic");
  if (const std::string null = f.device("null", "/dev/null"); !null.empty()) {
    fs::create_symlink("null", f / "to_null");
    save(null, "gone");
    save(f / "to_null", "gone");
    CHECK((fs::is_symlink(f / "to_null") && fs::is_character_file(null) && f.entries() == 2));
  }
  if (const std::string full = f.device("full", "/dev/full"); !full.empty()) {
    f.write("beside", "old");
    const auto before = f.entries();
    atomic_file device(full, "save"), beside(f / "beside", "save");
    put(device, "x");
    put(beside, "new");
    CHECK(sentence([&] { commit_together({&beside, &device}); }) ==
          "save: " + full + " cannot be written: No space left on device");
    CHECK((text_of(f / "beside") == "old" && fs::is_character_file(full) && f.entries() == before));
  }
}
TEST_CASE("an older file keeps its mode and its owner") {
  const test_folder f("atomic");
  for (const unsigned mode : {0600u, 0644u, 0751u, 0666u}) {
    const std::string path = f.write("d", "old");
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    save(path, "new");
    CHECK((text_of(path) == "new" && mode_of(path) == mode));
  }
  const mode_t before = ::umask(027);
  save(f / "fresh", "x");
  ::umask(before);
  CHECK(mode_of(f / "fresh") == 0640);
  if (::geteuid() != 0) {
    f.write("locked", "old");
    REQUIRE(::chmod((f / "locked").c_str(), 0444) == 0);
    CHECK(sentence([&] { save(f / "locked", "x"); }) ==
          "save: " + f / "locked" + " cannot be written: Permission denied");
    std::cout << "skipped: the owner of an older file: only root can give a file away\n";
    return;
  }
  f.write("theirs", "old");
  REQUIRE((::chown((f / "theirs").c_str(), 1234, 4321) == 0 && ::chmod((f / "theirs").c_str(), 0640) == 0));
  save(f / "theirs", "new");
  const struct stat s = status_of(f / "theirs");
  CHECK((s.st_uid == 1234 && s.st_gid == 4321 && mode_of(f / "theirs") == 0640 && text_of(f / "theirs") == "new"));
}
TEST_CASE("what a killed program left is removed by the next, what a living one writes is not") {
  const test_folder f("atomic");
  write_and_be_killed(f / "d", 3);
  CHECK(f.entries() == 3);
  {
    atomic_file living(f / "d", "first");
    CHECK(f.entries() == 1);
    put(living, "of the first");
    write_and_be_killed(f / "d");
    CHECK(f.entries() == 2);
    save(f / "d", "of the second");
    CHECK((text_of(f / "d") == "of the second" && f.entries() == 2));
    living.commit();
  }
  CHECK((text_of(f / "d") == "of the first" && f.entries() == 1));
  // Another file's are its own, and so are names that only look alike.
  for (const char* name : {"e.cnnpool-0.part", "d.part", "d.cnnpool-x.part"}) f.write(name, "theirs");
  fs::create_symlink(f / "elsewhere", f / "d.cnnpool-0.part");
  save(f / "d", "last");
  CHECK((f.entries() == 5 && fs::is_symlink(f / "d.cnnpool-0.part") && text_of(f / "d.part") == "theirs"));
  CHECK(text_of(f / "d") == "last");
}
TEST_CASE("many writers of one path at once: one of them wins, nothing else stays") {
  const test_folder f("atomic");
  std::vector<std::thread> writers;
  for (char c = 'a'; c < 'm'; ++c)
    writers.emplace_back([&f, c] {
      for (int i = 0; i < 10; ++i) save(f / "d", std::string(50000, c));
    });
  for (std::thread& writer : writers) writer.join();
  const std::string text = text_of(f / "d");
  CHECK((f.entries() == 1 && text.size() == 50000 && text == std::string(50000, text[0])));
}
TEST_CASE("the bytes are on the disk before the older file goes") {
  const test_folder f("atomic");
  syncs = 0;
  save(f / "d", "old");
  CHECK(syncs == 1);
  disk_says = EIO;
  CHECK(sentence([&] { save(f / "d", "new"); }) ==
        "save: " + f / "d" + " cannot be written: Input/output error");
  CHECK((text_of(f / "d") == "old" && f.entries() == 1));
  disk_says = EINVAL;  // a file system that cannot sync: there is nothing to wait for
  save(f / "d", "new");
  disk_says = 0;
  CHECK((text_of(f / "d") == "new" && f.entries() == 1));
}
TEST_CASE("two files are committed together or not at all") {
  const test_folder f("atomic");
  const auto pair = [&](const std::string& first, const std::string& second, bool in_the_way) {
    atomic_file a(f / first, "pair"), b(f / second, "pair");
    put(a, "new a");
    put(b, "new b");
    if (in_the_way) fs::create_directories(f / second);  // a rename onto a folder fails, at the very end
    commit_together({&a, &b});
  };
  pair("a", "b", false);
  CHECK((text_of(f / "a") == "new a" && text_of(f / "b") == "new b" && f.entries() == 2));
  f.write("a", "old a");
  const auto inode = status_of(f / "a").st_ino;
  CHECK(sentence([&] { pair("a", "c", true); }) == "pair: " + f / "c" + " cannot be written: Is a directory");
  CHECK((text_of(f / "a") == "old a" && status_of(f / "a").st_ino == inode && f.entries() == 3));
  CHECK(sentence([&] { pair("fresh", "e", true); }) == "pair: " + f / "e" + " cannot be written: Is a directory");
  CHECK((!fs::exists(f / "fresh") && f.entries() == 4));
  f.write("b", "old b");
  pair("a", "b", false);
  CHECK((text_of(f / "a") == "new a" && text_of(f / "b") == "new b" && f.entries() == 4));
}
TEST_CASE("what cannot be opened is a sentence with the reason") {
  const test_folder f("atomic");
  CHECK(sentence([&] { save(f / "none/d", "x"); }) ==
        "save: " + f / "none/d" + " cannot be written: No such file or directory");
  CHECK(sentence([&] { save(f.path(), "x"); }) == "save: " + f.path() + " cannot be written: Is a directory");
  f.write("file", "x");
  CHECK(sentence([&] { save(f / "file/d", "x"); }) ==
        "save: " + f / "file/d" + " cannot be written: Not a directory");
  CHECK_FALSE(sentence([] { save("", "x"); }).empty());
  CHECK(f.entries() == 1);
}
