// What the fuzzers of readers share: the seeded run, and libFuzzer's mutator that starts from good files.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "random.hpp"

namespace testing {

/// turn(random) tries one damaged file and says whether it was accepted, for CNNPOOL_FUZZ_SECONDS (60) seconds. The
/// exit code: good when some files were accepted and some were not.
template <class Turn>
int fuzz_from_seed(std::uint64_t stream, const Turn& turn) {
  const char* text = std::getenv("CNNPOOL_FUZZ_SECONDS");
  const double seconds = text != nullptr ? std::atof(text) : 60;
  const auto start = std::chrono::steady_clock::now();
  random_numbers random(stream);
  long runs = 0, accepted = 0;
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds)
    for (int i = 0; i < 100; ++i, ++runs) accepted += turn(random);
  std::printf("%ld files, %ld accepted, 0 crashes\n", runs, accepted);
  return accepted > 0 && accepted < runs ? 0 : 1;
}

}  // namespace testing

#if defined(CNNPOOL_LIBFUZZER)
extern "C" std::size_t LLVMFuzzerMutate(unsigned char* data, std::size_t size, std::size_t most_bytes);

namespace testing {

inline long runs = 0, accepted = 0;

/// A good file where the data are smaller than one, and now and then; libFuzzer's own mutation otherwise: from nothing,
/// a minute may not be enough to find a header.
template <class Good>
std::size_t mutate_good_files(unsigned char* data, std::size_t size, std::size_t most_bytes, unsigned seed,
                              std::size_t smallest, const Good& good_file) {
  random_numbers random(seed);
  if (size < smallest || random.between(0, 99) == 0) {
    const std::string file = good_file(random);
    if (file.size() <= most_bytes) {
      std::copy(file.begin(), file.end(), data);
      return file.size();
    }
  }
  return LLVMFuzzerMutate(data, size, most_bytes);
}

}  // namespace testing

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  std::atexit([] { std::fprintf(stderr, "%ld files, %ld accepted\n", testing::runs, testing::accepted); });
  return 0;
}
#endif
