// What the subcommands share: how they end, and what they say while they run.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "../study/csv.hpp"
#include "../study/outputs.hpp"
#include "../study/progress.hpp"
#include "photo_set.hpp"

namespace dataset {

inline constexpr int all_good = 0, something_left_out = 3;

/// Files that were left out, and why; named on standard error when the work is done.
class left_out {
 public:
  void add(const fs::path& photo, const std::string& why) { photos_.emplace_back(photo.string(), why); }
  std::size_t count() const { return photos_.size(); }
  int exit_code() const { return photos_.empty() ? all_good : something_left_out; }
  /// ", N left out", or nothing.
  std::string text() const { return photos_.empty() ? "" : ", " + std::to_string(count()) + " left out"; }
  ~left_out() {
    for (const auto& [photo, why] : photos_) std::fprintf(stderr, "left out: %s: %s\n", photo.c_str(), why.c_str());
  }

 private:
  std::vector<std::pair<std::string, std::string>> photos_;
};

inline void write_file(const fs::path& path, std::string_view bytes) {
  cnnpool::detail::atomic_file file(path.string(), "cnnpool-dataset");
  file.write(bytes.data(), bytes.size());
  file.commit();
}

/// Whether `inner` is `outer` or lies in it.
inline bool lies_in(const fs::path& inner, const fs::path& outer) {
  const fs::path below = fs::weakly_canonical(fs::absolute(inner)).lexically_relative(fs::canonical(outer));
  return !below.empty() && *below.begin() != "..";
}

inline std::string plural(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}
inline std::string photos_text(std::size_t n) { return plural(n, "photo", "photos"); }

inline void make_folder_of_ours(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) cnnpool::raise("cnnpool-dataset: ", folder.string(), " cannot be made: ", failed.message());
}

}  // namespace dataset
