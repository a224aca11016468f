// Random and damaged .npy files: the reader gives an array that can be pooled, or one sentence, and never takes more
// memory than the file and 64 KiB before it accepts it.
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/io/npy.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/pool.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sstream>

#include "fuzz/fuzzing.hpp"

namespace {
std::size_t live = 0, most = 0;
}

#if !defined(CNNPOOL_LIBFUZZER)
// Counts the bytes in use; a header of 16 bytes in front of every block says how many it has.
void* operator new(std::size_t size) {
  auto* p = static_cast<std::size_t*>(std::malloc(size + 16));
  if (p == nullptr) throw std::bad_alloc();
  *p = size;
  live += size;
  if (live > most) most = live;
  return reinterpret_cast<char*>(p) + 16;
}
void operator delete(void* p) noexcept {
  if (p == nullptr) return;
  auto* start = reinterpret_cast<std::size_t*>(static_cast<char*>(p) - 16);
  live -= *start;
  std::free(start);
}
void operator delete(void* p, std::size_t) noexcept { operator delete(p); }
#endif

namespace {

/// 1 when the file was accepted.
int try_file(const std::string& bytes) {
  std::istringstream in(bytes);
  const std::size_t before = live;
  most = live;
  const auto check_memory = [&] {
    if (most - before <= bytes.size() + 65536) return;
    std::printf("%zu bytes in use for a file of %zu\n", most - before, bytes.size());
    std::abort();
  };
  try {
    const cnnpool::npy_array a = cnnpool::read_npy(in, "fuzz");
    check_memory();
    if (a.view().extents().h != 0 && a.view().extents().w != 0) cnnpool::pool(cnnpool::reference{}, a, cnnpool::max());
    return 1;
  } catch (const cnnpool::error& e) {
    check_memory();
    if (std::string(e.what()).find('\n') != std::string::npos) std::abort();
    return 0;
  }
}

std::string good_file(testing::random_numbers& random) {
  const char* const types[] = {"<f2", "<f4", ">f4", "<f8", "|u1", "|i1"};
  const int sizes[] = {2, 4, 4, 8, 1, 1};
  const int t = random.between(0, 5), rank = random.between(1, 4);
  std::string shape;
  int count = 1;
  for (int i = 0; i < rank; ++i) {
    const int extent = random.between(0, 5);
    shape += std::to_string(extent) + (i + 1 < rank || rank == 1 ? ", " : "");
    count *= extent;
  }
  const std::string header = "{'descr': '" + std::string(types[t]) + "', 'fortran_order': " +
                             (random.between(0, 1) == 0 ? "False" : "True") + ", 'shape': (" + shape + "), }\n";
  std::string r = "\x93NUMPY\1";
  r += '\0';
  r += static_cast<char>(header.size());
  r += '\0';
  r += header;
  for (int i = 0; i < count * sizes[t]; ++i) r += static_cast<char>(random.between(0, 255));
  return r;
}

/// A header longer than the 64 KiB that the reader may take besides the file: many axes, a long key, a long dtype.
void long_header(std::string& file, testing::random_numbers& random) {
  const char* const starts[] = {"{'shape': (", "{'", "{'descr': '"};
  const char* const pieces[] = {"1, ", "key", "f4"};
  const char* const ends[] = {")}", "': 1}", "'}"};
  const int kind = random.between(0, 2);
  std::string header = starts[kind];
  for (int i = random.between(30000, 60000); i > 0; --i) header += pieces[kind];
  header += ends[kind];
  file = "\x93NUMPY\3";
  file += '\0';
  for (int i = 0; i < 4; ++i) file += static_cast<char>(header.size() >> (8 * i) & 0xff);
  file += header;
}

}  // namespace

const testing::fuzzed_reader testing::reader{
    .good_file = good_file,
    .try_file = try_file,
    .pieces = {"(", ")", ",", "'", "-1", "99999999999999999999", "4294967296", "shape", "True", "<f4", "{", "}"},
    .smallest = 10,
    .other_damage = long_header};
