// Damaged .npz files: the reader gives arrays that can be pooled, or one sentence. Damage is random from a printed
// seed, for CNNPOOL_FUZZ_SECONDS (20) seconds; .npy's own fuzzer covers what is inside an entry.
#include <cnnpool/io/npz.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/pool.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "random.hpp"

namespace {

std::vector<std::string> good_files() {
  namespace fs = std::filesystem;
  const fs::path path =
      fs::temp_directory_path() / ("cnnpool-fuzz-" + std::to_string(testing::seed()) + "-" +
                                   std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()));
  std::vector<std::string> files;
  for (const auto c : {cnnpool::npz_writer::compression::none, cnnpool::npz_writer::compression::deflate}) {
    cnnpool::npz_writer out(path.string(), c);
    for (const char* name : {"a", "layers/b"}) out.add(name, cnnpool::descriptors<float>(3, 40));
    out.commit();
    std::ifstream in(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  fs::remove(path);
  return files;
}

/// How many arrays were accepted.
int try_file(const std::string& bytes) {
  int accepted = 0;
  const auto checked = [](const auto& f) {
    try {
      f();
    } catch (const cnnpool::error& e) {
      if (std::string(e.what()).find('\n') != std::string::npos) std::abort();
    }
  };
  checked([&] {
    const cnnpool::npz_file file(bytes.data(), bytes.size(), "fuzz");
    for (const std::string& name : file.names())
      checked([&] {
        const cnnpool::npy_array a = file.read(name);
        if (a.view().extents().h != 0 && a.view().extents().w != 0) cnnpool::pool(a, cnnpool::max());
        ++accepted;
      });
  });
  return accepted;
}

void damage(std::string& file, testing::random_numbers& random) {
  for (int k = random.between(1, 4); k > 0 && !file.empty(); --k) {
    const std::size_t at = static_cast<std::size_t>(random.bits() % file.size());
    switch (random.between(0, 5)) {
      case 0:
        file[at] = static_cast<char>(random.between(0, 255));
        break;
      case 1:
        file[at] = static_cast<char>(file[at] ^ (1 << random.between(0, 7)));
        break;
      case 2:
        file.erase(at, static_cast<std::size_t>(random.between(1, 9)));
        break;
      case 3:
        file.insert(at, std::string(static_cast<std::size_t>(random.between(1, 9)), '\xff'));
        break;
      case 4:
        file.resize(at);
        break;
      default:
        file.replace(at, 4, "\xff\xff\xff\x7f");
        break;  // a length
    }
  }
}

}  // namespace

int main() {
  const char* text = std::getenv("CNNPOOL_FUZZ_SECONDS");
  const double seconds = text != nullptr ? std::atof(text) : 20;
  const auto start = std::chrono::steady_clock::now();
  testing::random_numbers random(78);
  const std::vector<std::string> good = good_files();
  long runs = 0, accepted = 0, whole = 0;
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds) {
    for (int i = 0; i < 100; ++i, ++runs) {
      std::string file = good[static_cast<std::size_t>(i) % good.size()];
      if (random.between(0, 9) != 0) damage(file, random);
      const int arrays = try_file(file);
      accepted += arrays;
      whole += arrays == 2;
    }
  }
  std::printf("%ld files, %ld whole, %ld arrays accepted, 0 crashes\n", runs, whole, accepted);
  return whole > 0 && whole < runs ? 0 : 1;
}
