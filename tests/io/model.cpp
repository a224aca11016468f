#include <cnnpool/io/model.hpp>

#include <filesystem>
#include <sstream>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../folder.hpp"
#include "../random.hpp"

namespace fs = std::filesystem;

namespace cnnpool {

namespace {

std::vector<float> numbers(std::size_t count, std::uint64_t stream) {
  testing::random_numbers random(stream);
  std::vector<float> r(count);
  for (float& v : r) v = static_cast<float>(random.uniform(-2, 2));
  return r;
}
projection a_whitening() {
  return {kernel::shared_array<float>(numbers(5, 1)), kernel::shared_array<float>(numbers(15, 2)), 3,
          kernel::shared_array<double>(std::vector<double>{3, 2.5, 1e-9, 0})};
}
codebook a_codebook() { return codebook(numbers(28, 3), 4); }
netvlad_head a_head() { return {numbers(28, 4), numbers(4, 5)}; }

template <class T>
bool same(const kernel::matrix<const T>& a, const kernel::matrix<const T>& b) {
  return a.rows == b.rows && a.cols == b.cols && std::equal(a.data, a.data + a.rows * a.cols, b.data);
}


template <class Model>
std::string bytes_of(const Model& m) {
  const test_folder f("model_bytes");
  write_model(f / "model", m);
  std::ifstream in(f / "model", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
template <class Model>
std::string wrong(const std::string& bytes) {
  std::istringstream in(bytes);
  return sentence([&] { read_model<Model>(in, "m"); });
}
/// With the checksum that belongs to it.
std::string sealed(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(hash >> (8 * i) & 0xff);
  return bytes;
}

}  // namespace

TEST_CASE("models come back from their files bit by bit") {
  const test_folder f("model");
  write_model(f / "w", a_whitening());
  write_model(f / "c", a_codebook());
  write_model(f / "h", a_head());
  const auto w = read_model<projection>(f / "w");
  CHECK((same(w.mean(), a_whitening().mean()) && same(w.rows(), a_whitening().rows()) && w.effective_rank() == 4));
  CHECK(same(w.variances().rows(1, 4), a_whitening().variances().rows(1, 4)));
  const auto c = read_model<codebook>(f / "c");
  CHECK((same(c.centres(), a_codebook().centres()) && same(c.squared_norms(), a_codebook().squared_norms())));
  const auto h = read_model<netvlad_head>(f / "h");
  CHECK((same(h.weights(), a_head().weights()) && same(h.biases(), a_head().biases())));
  write_model(f / "w", w.truncated(2));  // over an older file
  CHECK(read_model<projection>(f / "w").output_size() == 2);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(f.path())) ++files;
  CHECK(files == 3);  // no temporary stays
}
TEST_CASE("the bytes of the format") {
  const std::string bytes = bytes_of(codebook(std::vector<float>{1, -2}, 2));
  const unsigned char expected[] = {'C', 'N', 'N', 'P', 'O', 'O', 'L', 'M', 1, 0, 0, 0, 2,    0,    0, 0, 1, 0,   0,
                                    0,   0,   0,   0,   0,   2,   0,   0,   0, 0, 0, 0, 0,    1,    0, 0, 0, 0,   0,
                                    0,   0,   4,   0,   0,   0,   0,   0,   0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0};
  REQUIRE(bytes.size() == sizeof expected + 8);
  CHECK(std::memcmp(bytes.data(), expected, sizeof expected) == 0);
  CHECK(sealed(bytes) == bytes);
}
TEST_CASE("every truncation and every changed byte of a model file is one sentence") {
  const std::string good = bytes_of(a_whitening());
  for (std::size_t n = 0; n < good.size(); ++n) {
    const std::string said = wrong<projection>(good.substr(0, n));
    CHECK((said.rfind("read_model: m: ", 0) == 0 && said.find('\n') == std::string::npos));
  }
  for (std::size_t n = 0; n < good.size(); ++n) {
    std::string changed = good;
    changed[n] = static_cast<char>(changed[n] ^ 0x40);
    CHECK(wrong<projection>(changed).rfind("read_model: m: ", 0) == 0);
  }
  CHECK_FALSE(wrong<projection>(good + 'x').empty());
}
TEST_CASE("headers that promise the wrong thing") {
  const std::string good = bytes_of(a_codebook());
  CHECK(wrong<projection>(good) == "read_model: m: holds a codebook, expected a projection");
  CHECK(wrong<codebook>("hello") == "read_model: m: is not a model file (5 bytes)");
  const auto with = [&](std::size_t at, const std::string& piece) {
    std::string changed = good;
    changed.replace(at, piece.size(), piece);
    return wrong<codebook>(sealed(changed));
  };
  CHECK(with(8, "\2") == "read_model: m: is version 2 of the format, expected 1");
  CHECK(with(16, "\2") == "read_model: m: holds 2 arrays, expected 1");
  CHECK(with(24, std::string(8, '\xff')).find("64-bit index") != std::string::npos);
  CHECK(with(24, std::string("\0\0\0\1", 4)).find("bytes behind the header, its arrays need") != std::string::npos);
  CHECK(with(40, "\10") == "read_model: m: has 8 bytes per number of array 0, expected 4");
  CHECK(with(48, std::string("\0\0\xc0\x7f", 4)).find("holds the number") != std::string::npos);
  std::string empty = good.substr(0, 24) + std::string(16, '\0') + good.substr(40, 8) + std::string(8, '\0');
  CHECK(wrong<codebook>(sealed(empty)) == "read_model: m: its codebook is 0 x 0");
  CHECK(sentence([] { read_model<codebook>("no/such/file"); }) == "read_model: no/such/file cannot be opened");
  CHECK(sentence([] {
          write_model("no/such/file", a_codebook());
        }).find("write_model: no/such/file cannot be written") == 0);
  CHECK(sentence([] { write_model("x", projection{}); }) == "write_model: the projection is empty");
}

TEST_CASE("a pipe is named, and not waited for") {
  const test_folder folder("model_pipe");
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(sentence([&] { read_model<projection>(pipe); }) ==
        "read_model: " + pipe + " is a pipe, expected a file: its length is looked at first");
}

}  // namespace cnnpool
