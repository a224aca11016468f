#include <cnnpool/io/npz.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <cnnpool/cnnpool.hpp>

#include "catch.hpp"
#include "errors.hpp"
#include "folder.hpp"
#include "random.hpp"

using namespace cnnpool;
namespace fs = std::filesystem;

namespace {
descriptors<float> some(index_t rows, index_t cols) {
  testing::random_numbers random(5);
  descriptors<float> d(rows, cols);
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < cols; ++j) d(i, j) = static_cast<float>(random.uniform(-1, 1));
  return d;
}
std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
/// An archive of one entry, by libzip alone.
void archive(const std::string& path, const std::string& name, const std::string& data, int method = ZIP_CM_STORE) {
  zip_t* const z = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  const zip_int64_t at = zip_file_add(z, name.c_str(), zip_source_buffer(z, data.data(), data.size(), 0), 0);
  zip_set_file_compression(z, static_cast<zip_uint64_t>(at), method, 0);
  REQUIRE(zip_close(z) == 0);
}
TEST_CASE("a pipe is named, and not waited for") {
  const test_folder folder("npz_pipe");
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(sentence([&] { npz_file file(pipe); }) ==
        "npz_file: " + pipe + " is a pipe, expected a file: its length is looked at first");
}

}  // namespace

TEST_CASE("stored and deflated, descriptors and maps, there and back") {
  const test_folder in("npz");
  const descriptors<float> d = some(7, 5), none(0, 5);
  const std::vector<std::uint8_t> memory = {1, 2, 3, 4, 5, 6};
  const feature_view<std::uint8_t> x(memory.data(), {.c = 2, .w = 3}, nhwc);
  for (const auto c : {npz_writer::compression::none, npz_writer::compression::deflate}) {
    const std::string path = in / "a.npz";
    npz_writer out(path, c);
    out.add("gem", d);
    out.add("layers/conv5_3", x);
    out.add("none", none);
    CHECK(in.entries() == (c == npz_writer::compression::none ? 0 : 1));  // nothing new before it is complete
    out.commit();
    const npz_file file(path);
    CHECK(file.names() == std::vector<std::string>{"gem", "layers/conv5_3", "none"});
    const npy_array gem = file.read("gem");
    REQUIRE((gem.type() == scalar_type::float32 && gem.shape() == std::vector<index_t>{7, 5}));
    CHECK(std::memcmp(gem.data(), d.data(), d.values().size() * sizeof(float)) == 0);
    const npy_array maps = file.read("layers/conv5_3");
    CHECK(pool(reference{}, maps, max())(0, 0) == 5);
    CHECK(pool(reference{}, maps, max())(0, 1) == 6);
    CHECK(file.read("none").shape() == std::vector<index_t>{0, 5});
    const std::string bytes = bytes_of(path);
    CHECK(npz_file(bytes.data(), bytes.size(), "memory").read("gem").shape().size() == 2);
  }
  CHECK(in.entries() == 1);
}
TEST_CASE("a large array, in pieces") {
  const test_folder in("npz");
  const descriptors<float> d = some(300, 128), zeros(300, 128);
  npz_writer out(in / "a.npz", npz_writer::compression::deflate);
  out.add("d", d);
  out.add("zeros", zeros);
  out.commit();
  const npz_file file(in / "a.npz");
  const npy_array a = file.read("d"), z = file.read("zeros");
  CHECK(std::memcmp(a.data(), d.data(), d.values().size() * sizeof(float)) == 0);
  CHECK(std::memcmp(z.data(), zeros.data(), zeros.values().size() * sizeof(float)) == 0);
}
TEST_CASE("of two arrays of one name the last counts, as in NumPy") {
  const test_folder in("npz");
  const std::string path = in / "a.npz";
  {
    npz_writer out(path);
    out.add("d", some(1, 2));
    out.add("e", some(2, 2));
    out.add("f", some(3, 2));  // renamed below, where an archive says its names: in its entries and its directory
    out.commit();
  }
  std::string bytes = bytes_of(path);
  int renamed = 0;
  for (std::size_t at = 0; (at = bytes.find("f.npy", at)) != std::string::npos; ++renamed) bytes[at] = 'd';
  REQUIRE(renamed == 2);
  const npz_file file(bytes.data(), bytes.size(), "twice.npz");
  CHECK(file.names() == std::vector<std::string>{"d", "e"});
  CHECK(file.read("d").shape() == std::vector<index_t>{3, 2});
  CHECK(file.read("e").shape() == std::vector<index_t>{2, 2});
}
TEST_CASE("an archive goes through a link, into a device, and keeps the mode of an older file") {
  const test_folder in("npz");
  const auto save = [](const std::string& path) {
    npz_writer out(path);
    out.add("d", some(2, 2));
    out.commit();
  };
  in.write("real.npz", "old");
  fs::permissions(in / "real.npz", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("real.npz", in / "link.npz");
  save(in / "link.npz");
  CHECK((fs::is_symlink(in / "link.npz") && npz_file(in / "real.npz").names().size() == 1));
  CHECK(fs::status(in / "real.npz").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  if (const std::string null = in.device("null.npz", "/dev/null"); !null.empty()) {
    save(null);
    CHECK((fs::is_character_file(null) && in.entries() == 3));
  }
}
TEST_CASE("a writer that is not finished leaves an older file as it was") {
  const test_folder in("npz");
  const std::string path = in / "a.npz";
  {
    npz_writer out(path);
    out.add("old", some(1, 2));
    out.commit();
    CHECK(sentence([&] { out.commit(); }) == "npz_writer: " + path + " is complete already");
    CHECK(sentence([&] { out.add("late", some(1, 2)); }) == "npz_writer: " + path + " is complete already");
  }
  {
    npz_writer out(path);
    out.add("new", some(1, 2));
    CHECK(sentence([&] { out.add("new", some(1, 2)); }) == "npz_writer: " + path + " has an array 'new' already");
    CHECK(sentence([&] { out.add("", some(1, 2)); }) == "npz_writer: '' cannot be the name of an array");
    CHECK(sentence([&] { out.add("/etc", some(1, 2)); }) == "npz_writer: '/etc' cannot be the name of an array");
  }
  CHECK(npz_file(path).names() == std::vector<std::string>{"old"});
  npz_writer empty(in / "b.npz");
  CHECK(sentence([&] { empty.commit(); }) == "npz_writer: " + in / "b.npz" + " has no array");
  const std::string missing = in / "no/folder.npz";
  npz_writer nowhere(missing);
  nowhere.add("d", some(1, 2));
  CHECK(sentence([&] { nowhere.commit(); }) ==
        "npz_writer: " + missing + " cannot be written: No such file or directory");
}
TEST_CASE("what is wrong with a file is one sentence") {
  const test_folder in("npz");
  const std::string path = in / "a.npz";
  const auto said = [&](const char* name = "d") { return sentence([&] { npz_file(path).read(name); }); };
  const std::string array = path + ": array 'd'";
  CHECK(said() == "npz_file: " + path + ": No such file");
  std::ofstream(path) << "no archive at all";
  CHECK(said() == "npz_file: " + path + ": Not a zip archive");
  archive(path, "d.npy", "not NumPy's");
  CHECK(said() == "read_npy: " + array + ": is not a .npy file (11 bytes)");
  CHECK(said("e") == "npz_file: " + path + ": array 'e' is not in the file");
  archive(path, "d.npy", std::string(1000, 'a') + "b", ZIP_CM_BZIP2);
  CHECK(said() == "npz_file: " + array + " is compressed by method 12, expected 0 (stored) or 8 (deflate)");

  npz_writer out(path);
  out.add("d", some(3, 4));
  out.commit();
  const std::string good = bytes_of(path);
  std::string bad = good;
  bad[good.find("\x93NUMPY") + 130] = static_cast<char>(bad[good.find("\x93NUMPY") + 130] ^ 1);  // one bit of the data
  CHECK(sentence([&] { npz_file(bad.data(), bad.size(), path).read("d"); }) ==
        "npz_file: " + array + " is damaged: its checksum is wrong");
  bad = good;
  const std::size_t directory = good.find("PK\1\2");
  bad[directory + 27] = 0x7f;  // of the uncompressed size: 2 GB
  CHECK(sentence([&] {
          npz_file(bad.data(), bad.size(), path).read("d");
        }).starts_with("npz_file: " + array + " cannot have 2130706"));
  CHECK(sentence([&] { npz_file(good.data(), good.size() - 9, path); }) == "npz_file: " + path + ": Not a zip archive");
  CHECK(sentence([&] { npz_file(nullptr, 0, path).read("d"); }) == "npz_file: " + array + " is not in the file");
}
