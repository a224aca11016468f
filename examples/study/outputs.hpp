// Where a study writes: into folders of its own, never among the photos that it reads and never over a file that no
// earlier study wrote. Files that belong together appear together or not at all. Whatever cannot be written or read
// back is a storage_failure, which ends the run: a full disk says nothing about a photo.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cnnpool/io/atomic_file.hpp>

#include "../output_place.hpp"
#include "../own_picture.hpp"

class storage_failure : public cnnpool::error {
 public:
  using cnnpool::error::error;
};

/// Runs what writes or reads the study's own files; its errors become storage failures.
template <class F>
decltype(auto) with_storage(F&& f) {
  try {
    return f();
  } catch (const cnnpool::error& e) {
    throw storage_failure(e.what());
  }
}

inline void make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw storage_failure(folder.string() + " cannot be made: " + failed.message());
}

/// Files that appear together.
class study_outputs {
 public:
  explicit study_outputs(const char* program = "output") : program_(program) {}
  /// To be filled before commit().
  cnnpool::detail::atomic_file& add(const std::filesystem::path& path) {
    return with_storage([&]() -> cnnpool::detail::atomic_file& {
      files_.push_back(std::make_unique<cnnpool::detail::atomic_file>(path.string(), program_));
      return *files_.back();
    });
  }
  void add(const std::filesystem::path& path, std::string_view bytes) {
    auto& file = add(path);
    with_storage([&] { file.write(bytes.data(), bytes.size()); });
  }
  void commit() {
    std::vector<cnnpool::detail::atomic_file*> all;
    for (const auto& file : files_) all.push_back(file.get());
    with_storage([&] { cnnpool::detail::commit_together(all); });
  }

 private:
  const char* program_;
  std::vector<std::unique_ptr<cnnpool::detail::atomic_file>> files_;
};

namespace study_detail {

inline constexpr std::string_view table_head = "network,layer,map,policy,projection,",
                                  page_head = "| network | layer | map | policy |",
                                  ranking_head = "query,rank,photo,cosine\n";

/// Whether an earlier study wrote the file: what that begins with. Descriptors and names come with a ranking.
inline bool is_of_a_study(const std::filesystem::path& file) {
  const std::string begins = beginning_of(file, 128);
  if (file.filename() == "study.csv") return begins.starts_with(table_head);
  if (file.filename() == "study.md") return begins.starts_with(page_head);
  if (file.filename() == "ranking.csv") return begins.starts_with(ranking_head);
  if (file.extension() == ".png") return is_signed_by(file, "cnnpool-study");
  return beginning_of(file.parent_path() / "ranking.csv", ranking_head.size()) == ranking_head;
}

inline void check_free(const char* option, const std::filesystem::path& folder,
                       const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (std::filesystem::is_regular_file(folder / name) && !is_of_a_study(folder / name))
      cnnpool::raise(option, ": ", (folder / name).string(),
                     " is there, and no earlier study wrote it; move it away, or choose another folder");
}

inline bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::mismatch(path.begin(), path.end(), folder.begin(), folder.end()).second == folder.end();
}

}  // namespace study_detail

/// The folders that a study is asked to write into: nothing of others is there, the folders can be made, and every file
/// can be written.
inline void prepare_outputs(const std::string& out, const std::string& pictures) {
  const std::vector<std::string> tables = {"study.csv", "study.md",  "ranking.csv",
                                           "descriptors.npy", "names.txt", "query_descriptors.npy", "query_names.txt"};
  std::vector<std::string> drawn = {"matches.png", "map_by_dimension.png", "time_by_policy.png"};
  for (const char* kind : {"saliency_crow_", "saliency_spoc_", "regions_"})
    for (const char* number : {"1", "2", "3", "4"}) drawn.push_back(std::string(kind) + number + ".png");
  study_detail::check_free("--out", out, tables);
  if (!pictures.empty()) study_detail::check_free("--pictures", pictures, drawn);
  make_folder(out);
  for (const std::string& name : tables) check_place_of_file(std::filesystem::path(out) / name, "--out");
  if (pictures.empty()) return;
  make_folder(pictures);
  for (const std::string& name : drawn) check_place_of_file(std::filesystem::path(pictures) / name, "--pictures");
}

/// Photos are read from the folder itself, or from its jpg/, query/ and ref/: what a study writes there would be a
/// photo of the next one, and a jpg/ that it makes would hide the others.
inline void check_not_among_photos(const char* option, const std::filesystem::path& output, const std::string& photos) {
  namespace fs = std::filesystem;
  if (output.empty() || photos.empty()) return;
  fs::path to = fs::weakly_canonical(output);
  if (!to.has_filename()) to = to.parent_path();
  bool among = to == fs::weakly_canonical(fs::path(photos) / ".");
  for (const char* part : {"jpg", "query", "ref"})
    among = among || study_detail::lies_in(to, fs::weakly_canonical(fs::path(photos) / part));
  if (among)
    cnnpool::raise(option, ": ", output.string(), " is or would become a part of the photos in ", photos,
                   ", expected a folder of its own");
}
