// What the fuzzers of readers share. Each of them says what it fuzzes, and is a program by including this once: with
// libFuzzer (clang, -fsanitize=fuzzer, CNNPOOL_LIBFUZZER defined) coverage guides the damage; elsewhere main() damages
// good files at random from a printed seed, for CNNPOOL_FUZZ_SECONDS (60) seconds.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "random.hpp"

namespace testing {

struct fuzzed_reader {
  std::string (*good_file)(random_numbers&);
  int (*try_file)(const std::string&);  ///< 1 where the file was accepted, 0 where it was not; aborts at a fault
  std::vector<std::string_view> pieces;  ///< what the reader has words or lengths for
  std::size_t smallest = 2;              ///< fewer bytes are no file
  std::size_t damaged_part = std::string::npos;  ///< of a file, from its beginning
  /// Damage of the reader's own, now and then.
  void (*other_damage)(std::string&, random_numbers&) = [](std::string&, random_numbers&) {};
};

/// Defined by the fuzzer.
extern const fuzzed_reader reader;

}  // namespace testing

#if defined(CNNPOOL_LIBFUZZER)
extern "C" std::size_t LLVMFuzzerMutate(unsigned char* data, std::size_t size, std::size_t most_bytes);

namespace testing {
inline long runs = 0, accepted = 0;
}

/// A good file where the data are smaller than one, and now and then; libFuzzer's own mutation otherwise: from nothing,
/// a minute may not be enough to find a header.
extern "C" std::size_t LLVMFuzzerCustomMutator(unsigned char* data, std::size_t size, std::size_t most_bytes,
                                               unsigned seed) {
  testing::random_numbers random(seed);
  if (size < testing::reader.smallest || random.between(0, 99) == 0) {
    const std::string file = testing::reader.good_file(random);
    if (file.size() <= most_bytes) {
      std::copy(file.begin(), file.end(), data);
      return file.size();
    }
  }
  return LLVMFuzzerMutate(data, size, most_bytes);
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  ++testing::runs;
  testing::accepted += testing::reader.try_file(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  std::atexit([] { std::fprintf(stderr, "%ld files, %ld accepted\n", testing::runs, testing::accepted); });
  return 0;
}
#else

namespace testing {

/// One to four times: a byte or a bit changed, some left out, a piece put in or over what is there, the end cut off, a
/// part repeated.
inline void damage(std::string& file, random_numbers& random) {
  for (int k = random.between(1, 4); k > 0 && !file.empty(); --k) {
    const std::size_t at = static_cast<std::size_t>(random.bits() % std::min(file.size(), reader.damaged_part));
    const auto some = static_cast<std::size_t>(random.between(1, 9));
    const std::string_view piece = reader.pieces[static_cast<std::size_t>(random.bits() % reader.pieces.size())];
    switch (random.between(0, 7)) {
      case 0: file[at] = static_cast<char>(random.between(0, 255)); break;
      case 1: file[at] = static_cast<char>(file[at] ^ (1 << random.between(0, 7))); break;
      case 2: file.erase(at, some); break;
      case 3: file.insert(at, piece); break;
      case 4: file.replace(at, piece.size(), piece); break;
      case 5: file.resize(at); break;
      case 6: file.insert(at, file.substr(at, some)); break;
      default: file += file.substr(at); break;
    }
  }
  if (random.between(0, 99) == 0) reader.other_damage(file, random);
}

}  // namespace testing

/// Good where some files were accepted and some were not.
int main() {
  const char* text = std::getenv("CNNPOOL_FUZZ_SECONDS");
  const double seconds = text != nullptr ? std::atof(text) : 60;
  const auto start = std::chrono::steady_clock::now();
  testing::random_numbers random(78);
  long runs = 0, accepted = 0;
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds)
    for (int i = 0; i < 100; ++i, ++runs) {
      std::string file = testing::reader.good_file(random);
      if (random.between(0, 9) != 0) testing::damage(file, random);
      accepted += testing::reader.try_file(file);
    }
  std::printf("%ld files, %ld accepted, 0 crashes\n", runs, accepted);
  return accepted > 0 && accepted < runs ? 0 : 1;
}
#endif
