// Labelled photos: a folder of class folders, a groups.txt ("photo group"), or a list ("path label", as Caffe reads
// it). The last word of a line is the label, so that paths may hold spaces; paths count from the list's folder.
//
// Classes are numbered from 0 by name, unless the labels of a list are numbers: then they are kept, and a classes.txt
// ("number name") beside the list says what they are called.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "../labelled_list.hpp"
#include "../study/outputs.hpp"
#include "../study/task.hpp"

namespace dataset {

namespace fs = std::filesystem;

/// The augmented copies of NAME are called NAME.aug-0.jpg, NAME.aug-1.jpg, ...; they are never taken for originals.
inline constexpr const char* augmented_mark = ".aug-";

inline bool is_augmented(const fs::path& photo) {
  return photo.filename().string().find(augmented_mark) != std::string::npos;
}

/// What a photo's file may be called; whether it is one is seen when it is read.
inline bool is_photo_name(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr const char* endings[] = {".jpg", ".jpeg", ".jpe", ".png",  ".bmp", ".dib", ".tif", ".tiff", ".webp",
                                     ".ppm", ".pgm",  ".pnm", ".jp2", ".sr",  ".ras", ".gif", ".exr",  ".hdr"};
  return std::ranges::find(endings, ending) != std::end(endings);
}

struct labelled_photo {
  fs::path path;
  int label = 0;
};

struct photo_set {
  std::vector<labelled_photo> photos = {};
  std::map<int, std::string> classes = {};
  fs::path root;                        ///< the folder of the classes, or of the list
  std::size_t augmented = 0;            ///< augmented copies that were passed over
  std::vector<fs::path> no_photos = {};  ///< other files of the class folders, passed over

  std::string place(const labelled_photo& p) const { return p.path.lexically_relative(root).string(); }
  std::map<int, std::vector<labelled_photo>> by_class() const {
    std::map<int, std::vector<labelled_photo>> out;
    for (const auto& [label, name] : classes) out[label];
    for (const labelled_photo& p : photos) out[p.label].push_back(p);
    return out;
  }
};

namespace detail {

inline std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> out;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (!at->path().filename().string().starts_with(".")) out.push_back(at->path());
  if (failed) cnnpool::raise("cnnpool-dataset: ", folder.string(), " cannot be opened: ", failed.message());
  std::ranges::sort(out);
  return out;
}

inline photo_set read_list(const fs::path& file) {
  photo_set set{.root = file.parent_path().empty() ? fs::path(".") : file.parent_path()};
  const std::vector<list_line> lines = read_list_lines(file, "cnnpool-dataset");
  const bool numbered = std::ranges::all_of(lines, [](const list_line& l) {
    int number;
    return whole_number(l.label, number);
  });
  std::map<std::string, int> number_of;
  for (const list_line& l : lines) number_of[l.label];
  int next = 0;
  for (auto& [label, number] : number_of)
    if (!numbered) number = next++;
    else whole_number(label, number);
  const auto names = read_class_names(set.root / "classes.txt", "cnnpool-dataset");
  for (const auto& [label, number] : number_of)
    set.classes[number] = numbered && names.contains(number) ? names.at(number) : label;
  for (const list_line& l : lines) {
    fs::path path = set.root / l.path;  // an absolute one stays as it is
    if (!fs::exists(path) && fs::exists(set.root / "jpg" / l.path)) path = set.root / "jpg" / l.path;
    set.photos.push_back({path.lexically_normal(), number_of.at(l.label)});
  }
  return set;
}

/// The undo list of `split --rename` remembers what the folders 0, 1, ... were called.
inline constexpr const char* undo_list = "renamed-classes.txt";

inline photo_set read_class_folders(const fs::path& folder) {
  photo_set set{.root = folder};
  std::vector<fs::path> folders;
  for (const fs::path& entry : entries(folder))
    if (fs::is_directory(entry)) folders.push_back(entry);
  if (folders.empty())
    cnnpool::raise("cnnpool-dataset: ", folder.string(),
                   " holds 0 folders, expected one per class with its photos, or ", "a groups.txt");
  const auto original = read_class_names(folder / undo_list, "cnnpool-dataset");
  const bool renamed = !original.empty() && std::ranges::all_of(folders, [&](const fs::path& of_class) {
    int number = 0;
    return whole_number(of_class.filename().string(), number) && original.contains(number);
  });
  for (const fs::path& of_class : folders) {
    int label = static_cast<int>(set.classes.size());
    if (renamed) whole_number(of_class.filename().string(), label);
    set.classes[label] = renamed ? original.at(label) : of_class.filename().string();
    for (const fs::path& entry : entries(of_class)) {
      const fs::path photo = entry.lexically_normal();
      if (!fs::is_regular_file(photo) || !is_photo_name(photo)) set.no_photos.push_back(photo);
      else if (is_augmented(photo)) ++set.augmented;
      else set.photos.push_back({photo, label});
    }
  }
  return set;
}

}  // namespace detail

/// source: a folder of class folders, a folder with a groups.txt, or a list.
inline photo_set read_photo_set(const fs::path& source) {
  photo_set set;
  if (fs::is_directory(source)) {
    const fs::path groups = source / "groups.txt";
    set = fs::is_regular_file(groups) ? detail::read_list(groups) : detail::read_class_folders(source);
  } else if (fs::is_regular_file(source)) {
    set = detail::read_list(source);
  } else {
    cnnpool::raise("cnnpool-dataset: ", source.string(), " is neither a folder nor a list of photos");
  }
  if (set.photos.empty()) cnnpool::raise("cnnpool-dataset: ", source.string(), " names 0 photos, expected at least 1");
  return set;
}

/// "path label", the path as seen from the list's folder.
inline std::string list_text(const std::vector<labelled_photo>& photos, const fs::path& list) {
  std::string text;
  for (const labelled_photo& p : photos) {
    const std::string path = fs::relative(p.path, list.parent_path().empty() ? "." : list.parent_path()).string();
    if (path.find('\n') != std::string::npos)
      cnnpool::raise("cnnpool-dataset: ", p.path.string(), ": a list cannot hold a name with a line break");
    text += path + " " + std::to_string(p.label) + "\n";
  }
  return text;
}
inline std::string classes_text(const std::map<int, std::string>& classes) {
  std::string text;
  for (const auto& [label, name] : classes) text += std::to_string(label) + " " + name + "\n";
  return text;
}

}  // namespace dataset
