// What the subcommands share: how they end, and what they say while they run.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "../option_values.hpp"
#include "../study/csv.hpp"
#include "../study/outputs.hpp"
#include "../study/progress.hpp"
#include "photo_set.hpp"

namespace dataset {

inline constexpr int all_good = 0, something_left_out = 3;

/// Files that were left out, and why; named on standard error when the work is done.
class left_out {
 public:
  void add(const fs::path& photo, const std::string& why) { photos_.emplace_back(one_line(photo.string()), why); }
  /// Something to say of a photo that is used all the same.
  void note(const fs::path& photo, const std::string& what) { notes_.emplace_back(one_line(photo.string()), what); }
  std::size_t count() const { return photos_.size(); }
  int exit_code() const { return photos_.empty() ? all_good : something_left_out; }
  /// ", N left out", or nothing.
  std::string text() const { return photos_.empty() ? "" : ", " + std::to_string(count()) + " left out"; }
  ~left_out() {
    for (const auto& [photo, what] : notes_) std::fprintf(stderr, "%s: %s\n", photo.c_str(), what.c_str());
    for (const auto& [photo, why] : photos_) std::fprintf(stderr, "left out: %s: %s\n", photo.c_str(), why.c_str());
  }

 private:
  std::vector<std::pair<std::string, std::string>> photos_, notes_;
};

inline void write_file(const fs::path& path, std::string_view bytes) {
  cnnpool::detail::atomic_file file(path.string(), "cnnpool-dataset");
  file.write(bytes.data(), bytes.size());
  file.commit();
}

/// A file of the user's is not overwritten: one of ours begins with `head`, or stands in the record of its folder. Nor
/// is the work done for a file that cannot be written.
inline void check_ours(const fs::path& file, std::string_view head) {
  check_place_of_file(file, "cnnpool-dataset");
  if (!fs::exists(fs::symlink_status(file)) || !fs::is_regular_file(file)) return;
  if (beginning_of(file, head.size()) != head)
    cnnpool::raise("cnnpool-dataset: ", file.string(),
                   " is there, and this program did not write it; move it away, or ", "choose another name");
}

/// Files of fixed names in a folder, which appear together. cnnpool-dataset.txt there says which of them are ours.
class folder_outputs {
 public:
  folder_outputs(fs::path folder, const std::vector<std::string>& names) : folder_(std::move(folder)) {
    std::ifstream in(folder_ / record);
    for (std::string line; std::getline(in, line);) ours_.insert(line);
    for (const std::string& name : names) {
      if (fs::exists(fs::symlink_status(folder_ / name)) && !ours_.contains(name))
        cnnpool::raise("cnnpool-dataset: ", (folder_ / name).string(),
                       " is there, and this program did not write it; move it away, or choose another folder");
      check_listable(name, "cnnpool-dataset: ");
      check_place_of_file(folder_ / name, "cnnpool-dataset");
      ours_.insert(name);
    }
  }
  void add(const std::string& name, std::string_view bytes) { files_.add(folder_ / name, bytes); }
  void commit() {
    std::string text;
    for (const std::string& name : ours_) text += name + "\n";
    write_file(folder_ / record, text);
    files_.commit();
  }

 private:
  static constexpr const char* record = "cnnpool-dataset.txt";
  fs::path folder_;
  std::set<std::string> ours_;
  study_outputs files_{"cnnpool-dataset"};
};

/// Whether `inner` is `outer` or lies in it.
inline bool lies_in(const fs::path& inner, const fs::path& outer) {
  const fs::path below = fs::weakly_canonical(fs::absolute(inner)).lexically_relative(fs::canonical(outer));
  return !below.empty() && *below.begin() != "..";
}

/// Raises where what is written to a folder would be photos of the source when it is read again, or one of its classes,
/// which changes the numbers of the others. Lists beside the class folders are fine.
inline void check_apart(const std::string& option, const fs::path& output, const photo_set& set,
                        const fs::path& source) {
  const fs::path to = fs::weakly_canonical(whole_path(output)), root = fs::canonical(set.root);
  std::set<fs::path> folders;
  for (const labelled_photo& p : set.photos) folders.insert(p.path.parent_path());
  const bool is_one = std::ranges::any_of(folders, [&](const fs::path& f) { return fs::weakly_canonical(f) == to; });
  if (to != root && (is_one || (has_class_folders(source) && lies_in(output, root))))
    cnnpool::raise("cnnpool-dataset ", option, " ", output.string(), " is or would become a part of the photos of ",
                   source.string(), ", expected a folder of its own");
}

/// A file in a class folder would be one that is passed over from then on.
inline void check_file_apart(const std::string& option, const fs::path& file, const photo_set& set,
                             const fs::path& source) {
  if (!file.empty() && has_class_folders(source)) check_apart(option, whole_path(file).parent_path(), set, source);
}

/// What a folder holds beside photos, named as the photos that were left out are.
inline void name_passed_over(const photo_set& set, left_out& out) {
  for (const fs::path& path : set.passed_over)
    out.add(path, !fs::exists(path)            ? "is a link to nowhere"
                  : fs::is_directory(path)     ? "is a folder inside a class"
                  : !fs::is_regular_file(path) ? "is no file"
                                               : "has no photo's ending");
}

inline std::string plural(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}
inline std::string photos_text(std::size_t n) { return plural(n, "photo", "photos"); }

}  // namespace dataset
