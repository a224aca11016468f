// Labelled photos: a folder of class folders, a groups.txt ("photo group"), or a list ("path label", as Caffe reads
// it). The last word of a line is the label, so that paths may hold spaces; paths count from the list's folder.
//
// Classes are numbered from 0 by name, unless the labels of a list are numbers: then they are kept, and a classes.txt
// ("number name") beside the list says what they are called.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "../labelled_list.hpp"
#include "../name_lines.hpp"
#include "../study/csv.hpp"
#include "../study/outputs.hpp"
#include "../study/task.hpp"

namespace dataset {

namespace fs = std::filesystem;

/// A copy of NAME is called NAME.aug-0.jpg, NAME.aug-1.jpg, ...
inline constexpr const char* augmented_mark = ".aug-";

/// The copies of augment, by the views.csv of the folder that they were written to (FOLDER/CLASS/COPY): they are never
/// taken for originals, whatever list names them.
class known_copies {
 public:
  bool contains(const fs::path& photo) {
    const fs::path folder = photo.parent_path().parent_path();
    const auto [at, added] = of_.try_emplace(folder);
    if (added && fs::is_regular_file(folder / "views.csv"))
      for (auto& row : read_csv(folder / "views.csv", {"copy", "original"})) at->second.insert(folder / row["copy"]);
    return at->second.contains(photo);
  }

 private:
  std::map<fs::path, std::set<fs::path>> of_;
};

/// What a photo's file may be called; whether it is one is seen when it is read.
inline bool is_photo_name(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr const char* endings[] = {".jpg", ".jpeg", ".jpe", ".png",  ".bmp", ".dib", ".tif", ".tiff", ".webp",
                                     ".ppm", ".pgm",  ".pnm", ".jp2", ".sr",  ".ras", ".gif", ".exr",  ".hdr"};
  return std::ranges::find(endings, ending) != std::end(endings);
}

struct labelled_photo {
  fs::path path;  ///< absolute
  int label = 0;
  bool copy = false;  ///< made by augment
};

struct photo_set {
  std::vector<labelled_photo> photos = {};
  std::map<int, std::string> classes = {};
  fs::path root;                         ///< the folder of the classes, or of the list; absolute
  std::vector<fs::path> passed_over = {};  ///< what else lies in the class folders

  /// As seen from the root; of a photo that lies elsewhere its whole path.
  std::string place(const labelled_photo& p) const {
    const fs::path below = p.path.lexically_relative(root);
    return below.empty() || *below.begin() == ".." ? p.path.string() : below.string();
  }
  std::map<int, std::vector<labelled_photo>> by_class() const {
    std::map<int, std::vector<labelled_photo>> out;
    for (const auto& [label, name] : classes) out[label];
    for (const labelled_photo& p : photos) out[p.label].push_back(p);
    return out;
  }
};

/// Absolute, without dots and without a slash at its end.
inline fs::path whole_path(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

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
  photo_set set{.root = whole_path(file).parent_path()};
  const std::vector<list_line> lines = read_list_lines(file, "cnnpool-dataset");
  int number = 0;
  const bool numbered = !lines.empty() && whole_number(lines[0].label, number);
  std::map<std::string, int> number_of;
  std::map<fs::path, std::size_t> seen;
  known_copies copies;
  for (const list_line& l : lines) {
    if (numbered && !whole_number(l.label, number))
      cnnpool::raise("cnnpool-dataset: ", file.string(), ":", l.number, ": the label is \"", l.label,
                     "\", expected a number of 0 or more, as in the first line");
    number_of[l.label] = number;
  }
  int next = 0;
  if (!numbered)
    for (auto& [label, place] : number_of) place = next++;
  const auto names = read_class_names(set.root / "classes.txt", "cnnpool-dataset");
  for (const auto& [label, place] : number_of)
    set.classes[place] = numbered && names.contains(place) ? names.at(place) : label;
  for (const list_line& l : lines) {
    fs::path path = set.root / l.path;  // an absolute one stays as it is
    if (!fs::exists(path) && fs::exists(set.root / "jpg" / l.path)) path = set.root / "jpg" / l.path;
    path = path.lexically_normal();
    if (const auto [before, added] = seen.emplace(path, l.number); !added)
      cnnpool::raise("cnnpool-dataset: ", file.string(), ":", l.number, ": ", l.path, " stands in line ",
                     before->second, " already");
    set.photos.push_back({path, number_of.at(l.label), copies.contains(path)});
  }
  return set;
}

/// The undo list of `split --rename` remembers what the folders 0, 1, ... were called. Another file of this name is not
/// looked at.
inline constexpr const char* undo_list = "renamed-classes.txt";
inline constexpr const char* undo_head = "# cnnpool-dataset split --rename";
inline std::map<int, std::string> renamed_classes(const fs::path& folder) {
  std::ifstream in(folder / undo_list);
  std::string line;
  if (!std::getline(in, line) || line != undo_head) return {};
  return read_class_names(folder / undo_list, "cnnpool-dataset");
}

inline photo_set read_class_folders(const fs::path& folder) {
  photo_set set{.root = whole_path(folder)};
  std::vector<fs::path> folders;
  for (const fs::path& entry : entries(set.root))
    if (fs::is_directory(entry)) folders.push_back(entry);
  if (folders.empty())
    cnnpool::raise("cnnpool-dataset: ", folder.string(),
                   " holds 0 folders, expected one per class with its photos, or ", "a groups.txt");
  // Folders that were renamed keep their numbers; others are numbered by name.
  const auto original = renamed_classes(set.root);
  int next = original.empty() ? 0 : original.rbegin()->first + 1;
  known_copies copies;
  for (const fs::path& of_class : folders) {
    const std::string name = of_class.filename().string();
    int label = 0;
    const bool renamed = whole_number(name, label) && original.contains(label);
    if (!renamed) label = next++;
    set.classes[label] = renamed ? original.at(label) : name;
    for (const fs::path& photo : entries(of_class)) {
      if (!fs::is_regular_file(photo) || !is_photo_name(photo)) set.passed_over.push_back(photo);
      else if (!copies.contains(photo)) set.photos.push_back({photo, label});
    }
  }
  return set;
}

}  // namespace detail

inline bool has_class_folders(const fs::path& source) {
  return fs::is_directory(source) && !fs::is_regular_file(source / "groups.txt");
}

/// source: a folder of class folders, a folder with a groups.txt, or a list.
inline photo_set read_photo_set(const fs::path& source) {
  photo_set set;
  if (has_class_folders(source)) {
    set = detail::read_class_folders(source);
  } else if (fs::is_directory(source)) {
    set = detail::read_list(source / "groups.txt");
  } else if (fs::is_regular_file(source)) {
    set = detail::read_list(source);
  } else {
    cnnpool::raise("cnnpool-dataset: ", source.string(), " is neither a folder nor a list of photos");
  }
  if (set.photos.empty()) cnnpool::raise("cnnpool-dataset: ", source.string(), " names 0 photos, expected at least 1");
  return set;
}

/// Lists have a line for each photo, and one for each class.
inline void check_names(const photo_set& set) {
  for (const labelled_photo& p : set.photos) check_listable(p.path.string(), "cnnpool-dataset: ");
  for (const auto& [label, name] : set.classes) check_listable(name, "cnnpool-dataset: class ");
}

/// "path label", the path as seen from the list's folder. One that would be a comment, or begins with a blank, is
/// written from ./ on.
inline std::string list_text(const std::vector<labelled_photo>& photos, const fs::path& list) {
  std::string text;
  for (const labelled_photo& p : photos) {
    // By names, not by what links name: a link is a photo of its own. The folders' own links are followed, since `..`
    // goes up from where they lead.
    const fs::path folder = fs::canonical(p.path.parent_path()).lexically_relative(fs::canonical(
        list.parent_path().empty() ? fs::path(".") : list.parent_path()));
    const std::string path = (folder / p.path.filename()).lexically_normal().string();
    text += (path.find_first_of("# \t") == 0 ? "./" : "") + path + " " + std::to_string(p.label) + "\n";
  }
  return text;
}
inline std::string classes_text(const std::map<int, std::string>& classes) {
  std::string text;
  for (const auto& [label, name] : classes) text += std::to_string(label) + " " + name + "\n";
  return text;
}

}  // namespace dataset
