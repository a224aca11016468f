// Damaged model files: the reader gives a model that can be used, or one sentence. The checksum is made right again
// after most of the damage, or nothing behind it would be reached. (libFuzzer's run ends at an allocation above 1 MiB.)
#include <cnnpool/io/model.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "fuzz/fuzzing.hpp"

namespace {

/// 1 when the file was accepted.
template <class Model, class Use>
int try_as(const std::string& bytes, const Use& use) {
  std::istringstream in(bytes);
  try {
    const Model m = cnnpool::read_model<Model>(in, "fuzz");
    use(m);
    return 1;
  } catch (const cnnpool::error& e) {
    if (std::string(e.what()).find('\n') != std::string::npos) std::abort();
    return 0;
  }
}
int try_file(const std::string& bytes) {
  float sum = 0;
  const auto read_all = [&](const cnnpool::kernel::matrix<const float>& m) {
    for (cnnpool::index_t i = 0; i < m.rows * m.cols; ++i) sum += m.data[i];
  };
  const int accepted =
      try_as<cnnpool::projection>(
          bytes, [&](const auto& w) { read_all(w.mean()), read_all(w.rows()), w.check(w.input_size()); }) +
      try_as<cnnpool::codebook>(bytes, [&](const auto& c) { read_all(c.centres()); }) +
      try_as<cnnpool::netvlad_head>(bytes, [&](const auto& h) { read_all(h.weights()), read_all(h.biases()); });
  if (accepted > 1) std::abort();  // a file has one kind
  return accepted;
}

template <class T>
void put(std::string& file, T x) {
  for (std::size_t i = 0; i < sizeof(T); ++i) file += static_cast<char>(x >> (8 * i) & 0xff);
}
void seal(std::string& file) {
  cnnpool::detail::fnv1a hash;
  hash.add(file.data(), file.size());
  put(file, hash.value());
}
/// As it is, and with the checksum that it should have: behind a wrong one nothing would be reached.
int try_sealed(const std::string& bytes) {
  std::string sealed = bytes;
  seal(sealed);
  try_file(bytes);
  return try_file(sealed);
}
/// Without its checksum.
std::string good_file(testing::random_numbers& random) {
  const auto kind = static_cast<std::uint32_t>(random.between(1, 3));
  const auto rows = static_cast<std::uint64_t>(random.between(1, 5)),
             cols = static_cast<std::uint64_t>(random.between(1, 6));
  std::vector<std::uint64_t> sizes;
  if (kind == 1) sizes = {1, cols, 4, rows, cols, 4, 1, static_cast<std::uint64_t>(random.between(0, 3)), 8};
  if (kind == 2) sizes = {rows, cols, 4};
  if (kind == 3) sizes = {rows, cols, 4, 1, rows, 4};
  std::string file = "CNNPOOLM";
  for (const std::uint32_t n : {1u, kind, static_cast<std::uint32_t>(sizes.size() / 3), 0u}) put(file, n);
  std::size_t data = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    put(file, sizes[i]);
    if (i % 3 == 2) data += static_cast<std::size_t>(sizes[i - 2] * sizes[i - 1] * sizes[i]);
  }
  for (std::size_t i = 0; i < data; ++i) file += static_cast<char>(random.between(0, 63));  // never inf or NaN
  return file;
}

}  // namespace

using namespace std::string_view_literals;
const testing::fuzzed_reader testing::reader{
    .good_file = good_file,
    .try_file = try_sealed,
    .pieces = {"\0\0\0\0\0\0\0\0"sv, "\xff\xff\xff\xff\xff\xff\xff\xff", "\1\0\0\0"sv, "\xff\xff\xff\x7f"},
    .smallest = 24,
    .damaged_part = 100};  // the sizes; what follows is numbers
