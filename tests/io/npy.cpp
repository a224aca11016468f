#include <cnnpool/io/npy.hpp>
#include <cnnpool/io/npy_write.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

#include "catch.hpp"
#include "errors.hpp"
#include "folder.hpp"

#include <cnnpool/cnnpool.hpp>

using namespace cnnpool;
namespace fs = std::filesystem;

namespace {

/// A file's bytes: magic, version, length field, header text, data.
std::string file_of(const std::string& header, const std::string& data, int major = 1, int minor = 0) {
  std::string r = "\x93NUMPY";
  r += static_cast<char>(major);
  r += static_cast<char>(minor);
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) r += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return r + header + data;
}
npy_array read(const std::string& bytes) {
  std::istringstream in(bytes);
  return read_npy(in, "maps.npy");
}
std::string wrong(const std::string& bytes) {
  return sentence([&] { read(bytes); });
}
const std::string six_bytes = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 2, 3)}";

#if __has_include(<sys/resource.h>)
/// While it lives, files of this process end at 64 KiB, as on a full disk.
struct small_files {
  rlimit before{};
  void (*handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
  small_files() {
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit now = before;
    now.rlim_cur = 65536;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~small_files() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }
};
#endif

TEST_CASE("a pipe is named, and not waited for") {
  const test_folder folder("npy_pipe");
  REQUIRE(::mkfifo((folder / "maps.npy").c_str(), 0600) == 0);
  CHECK(sentence([&] { read_npy(folder / "maps.npy"); }) ==
        "read_npy: " + (folder / "maps.npy") + " is a pipe, expected a file: its length is looked at first");
}

}  // namespace

TEST_CASE("versions 1.0, 2.0 and 3.0, keys in any order, any white space and quotes") {
  for (const int major : {1, 2, 3})
    for (const std::string& header :
         std::vector<std::string>{six_bytes, "{ \"shape\":(1,1,2,3,) , 'fortran_order' : False,'descr':'|u1' , } \n"}) {
      const npy_array a = read(file_of(header, "\1\2\3\4\5\6", major));
      CHECK(a.type() == scalar_type::uint8);
      CHECK(a.shape() == std::vector<index_t>{1, 1, 2, 3});
      CHECK(pool(reference{}, a, sum{})(0, 0) == 21);
    }
}
TEST_CASE("Fortran order, both byte orders, every type, fewer axes") {
  const npy_array f = read(file_of("{'descr': '<i1', 'fortran_order': True, 'shape': (2, 3)}", "\1\2\3\4\5\6"));
  const auto d = pool(reference{}, f, sum{});
  CHECK((d.rows() == 2 && d.cols() == 3 && d(0, 1) == 3 && d(1, 0) == 2));
  const auto one = [](const std::string& header, const std::string& bytes) {
    return pool(reference{}, read(file_of(header, bytes)), sum{})(0, 0);
  };
  CHECK(one("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", std::string("\x40\x49\x0f\xdb", 4)) ==
        static_cast<double>(3.14159274f));
  CHECK(one("{'descr': '<f2', 'fortran_order': False, 'shape': (1,)}", std::string("\x00\x3c", 2)) == 1);
  CHECK(one("{'descr': '>f8', 'fortran_order': False, 'shape': (1,)}", std::string("\x3f\xf8\0\0\0\0\0\0", 8)) == 1.5);
  const npy_array six = read(file_of(six_bytes, "\1\2\3\4\5\6"));
  CHECK(pool(reference{}, six.view({.axes = "nhwc"}), sum{}).cols() == 3);
  CHECK(pool(reference{}, six.view({.quantized = {0.5f, 1}}), sum{})(0, 0) == 7.5);
}
TEST_CASE("lying and broken files are one sentence with the numbers") {
  CHECK(wrong("") == "read_npy: maps.npy: is not a .npy file (0 bytes)");
  CHECK(wrong("PK\3\4 something else") == "read_npy: maps.npy: is not a .npy file (19 bytes)");
  CHECK(wrong(file_of(six_bytes, "\1\2\3\4\5\6", 4)) ==
        "read_npy: maps.npy: is .npy format 4.0, expected 1.0, 2.0 or 3.0");
  CHECK(wrong(file_of(six_bytes, "\1\2\3\4\5")) ==
        "read_npy: maps.npy: 5 bytes of data, shape 1 x 1 x 2 x 3 of uint8 needs 6");
  CHECK(wrong(file_of(six_bytes, "\1\2\3\4\5\6\7")) ==
        "read_npy: maps.npy: 7 bytes of data, shape 1 x 1 x 2 x 3 of uint8 needs 6");
  CHECK(wrong(file_of(six_bytes, "").substr(0, 40)) ==
        "read_npy: maps.npy: ends inside its header (40 bytes, the header says 63)");
  CHECK(wrong("\x93NUMPY\2" + std::string("\0\xff\xff\xff", 4)) ==
        "read_npy: maps.npy: ends inside its header (11 bytes)");
  const auto with = [](const std::string& descr, const std::string& order, const std::string& shape) {
    return wrong(file_of("{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + "}", ""));
  };
  CHECK(with("'<c16'", "False", "(1,)") ==
        "read_npy: maps.npy: dtype '<c16' is not supported, expected f2, f4, f8, u1 or i1");
  CHECK(with("'|O'", "False", "(1,)") ==
        "read_npy: maps.npy: dtype '|O' is not supported, expected f2, f4, f8, u1 or i1");
  for (const char* descr : {"<V2", "|V2"})
    CHECK(with("'" + std::string(descr) + "'", "False", "(1,)") ==
          "read_npy: maps.npy: dtype '" + std::string(descr) +
              "' is bfloat16, it seems, which .npy cannot name: save float32, x.astype('f4')");
  CHECK(with("[('x', '<f4')]", "False", "(1,)") ==
        "read_npy: maps.npy: structured dtypes are not supported, expected f2, f4, f8, u1 or i1");
  CHECK(with("'<f4'", "Maybe", "(1,)") == "read_npy: maps.npy: fortran_order is neither True nor False");
  CHECK(with("'<f4'", "False", "(1, 2, 3, 4, 5)") == "read_npy: maps.npy: has 5 axes, expected 1 to 4 (feature maps)");
  CHECK(with("'<f4'", "False", "(0, 4294967296, 4294967296, 4294967296)") ==
        "read_npy: maps.npy: shape 0 x 4294967296 x 4294967296 x 4294967296 has more bytes than a 64-bit index counts");
  CHECK(wrong(file_of("{'a\nb\xff': 1}", "")) ==
        "read_npy: maps.npy: the header has an unexpected or repeated key 'a?b?'");
  CHECK(with("'" + std::string(100, 'k') + "'", "False", "(1,)") ==
        "read_npy: maps.npy: dtype '" + std::string(40, 'k') + "...' is not supported, expected f2, f4, f8, u1 or i1");
  CHECK(with("'<f4'", "False", "()") == "read_npy: maps.npy: has 0 axes, expected 1 to 4 (feature maps)");
  CHECK(with("'<f4'", "False", "(-1, 2)") ==
        "read_npy: maps.npy: the shape is no tuple of non-negative 64-bit integers");
  CHECK(with("'<f4'", "False", "(3)") == "read_npy: maps.npy: the shape is no tuple of non-negative 64-bit integers");
  CHECK(with("'<f4'", "False", "(99999999999999999999,)") ==
        "read_npy: maps.npy: the shape is no tuple of non-negative 64-bit integers");
  CHECK(with("'<f4'", "False", "(4294967296, 4294967296)") ==
        "read_npy: maps.npy: shape 4294967296 x 4294967296 has more bytes than a 64-bit index counts");
  CHECK(with("'<f4'", "False", "(2305843009213693952,)") ==
        "read_npy: maps.npy: shape 2305843009213693952 has more bytes than a 64-bit index counts");
  CHECK(wrong(file_of("{'descr': '<f4', 'shape': (1,)}", "")) ==
        "read_npy: maps.npy: the header lacks descr, fortran_order or shape");
  CHECK(wrong(file_of(six_bytes + "x", "")) == "read_npy: maps.npy: the header has text after its dictionary");
  CHECK(wrong(file_of("[1]", "")) == "read_npy: maps.npy: the header is no dictionary");
  CHECK(sentence([] { read_npy("no/such/file.npy"); }) == "read_npy: no/such/file.npy cannot be opened");
  CHECK(read(file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 7)}", "")).view().extents() ==
        shape{0, 7, 1, 1});
}
TEST_CASE("what is written can be read") {
  const test_folder f("npy");
  descriptors<float> d(2, 3);
  d(1, 2) = 5;
  write_npy(f / "d.npy", d);
  const auto back = pool(reference{}, read_npy(f / "d.npy"), sum{});
  CHECK((back.rows() == 2 && back.cols() == 3 && back(1, 2) == 5 && back(0, 0) == 0));
  CHECK(fs::file_size(f / "d.npy") == 128 + 24);
  const std::vector<float16> h(24, to_float16(2));
  write_npy(f / "h.npy", feature_view<float16>(h.data(), {1, 4, 2, 3}, nhwc));
  const npy_array maps = read_npy(f / "h.npy");
  CHECK((maps.type() == scalar_type::float16 && maps.view().extents() == shape{1, 4, 2, 3} &&
         pool(reference{}, maps, sum{})(0, 3) == 12));
}
TEST_CASE("a file that cannot be written is a sentence and leaves nothing") {
  const test_folder f("npy");
  const descriptors<float> d(1, 1);
  CHECK(sentence([&] { write_npy(f / "none/d.npy", d); }) ==
        "write_npy: " + f / "none/d.npy" + " cannot be written: No such file or directory");
  fs::create_directories(f / "taken.npy/inside");
  CHECK(sentence([&] { write_npy(f / "taken.npy", d); }) ==
        "write_npy: " + f / "taken.npy" + " cannot be written: Is a directory");
  CHECK(f.entries() == 1);
  CHECK(sentence([&] { read_npy(f / "taken.npy"); }) == "read_npy: " + f / "taken.npy" + ": cannot be read");
#if __has_include(<sys/resource.h>)
  write_npy(f / "old.npy", d);
  const auto size = fs::file_size(f / "old.npy");
  const descriptors<float> big(1000, 1000);
  const std::string full = sentence([&] {
    const small_files only;
    write_npy(f / "old.npy", big);
  });
  CHECK(full == "write_npy: " + f / "old.npy" + " cannot be written: File too large");
  CHECK((f.entries() == 2 && fs::file_size(f / "old.npy") == size));
#endif
}
