// Damaged .npz files: the reader gives arrays that can be pooled, or one sentence. .npy's own fuzzer covers what is
// inside an entry.
#include <cnnpool/io/npz.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/pool.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/fuzzing.hpp"

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

/// 1 when both arrays were accepted.
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
  return accepted == 2 ? 1 : 0;
}

std::string good_file(testing::random_numbers& random) {
  static const std::vector<std::string> good = good_files();
  return good[static_cast<std::size_t>(random.bits() % good.size())];
}

}  // namespace

const testing::fuzzed_reader testing::reader{
    .good_file = good_file, .try_file = try_file, .pieces = {"\xff", "\xff\xff\xff\xff", "\xff\xff\xff\x7f"}};
