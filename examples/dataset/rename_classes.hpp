// split --rename: class folders called 0, 1, ..., in two steps, because a folder 2 may be there already when 10 is to
// become 2. The undo list, renamed-classes.txt in the folder, is written first and says how far it came, so that
// split --undo FOLDER works after a run that was killed too.
#pragma once

#include <fstream>

#include "command.hpp"

namespace dataset {

namespace detail {

inline constexpr const char* second_step = "# second step";

inline fs::path between(const fs::path& folder, int label) {
  return folder / (".cnnpool-class-" + std::to_string(label));
}
inline void rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  if (fs::exists(to)) failed = std::make_error_code(std::errc::file_exists);
  else fs::rename(from, to, failed);
  if (failed)
    cnnpool::raise("cnnpool-dataset split: ", from.string(), " cannot be renamed to ", to.string(), ": ",
                   failed.message(), "; split --undo ", from.parent_path().string(), " gives back the names");
}

}  // namespace detail

/// Gives the classes back the names of the undo list.
inline int undo_renaming(const fs::path& folder) {
  const fs::path list = folder / detail::undo_list;
  const auto names = detail::renamed_classes(folder);
  if (names.empty())
    cnnpool::raise("cnnpool-dataset split: ", list.string(),
                   " is not there, or is none of --rename: nothing was renamed");
  std::ifstream in(list);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.find(detail::second_step) != std::string::npos)  // else a folder 0 is one that was called so
    for (const auto& [label, name] : names)
      if (const fs::path numbered = folder / std::to_string(label); fs::exists(numbered))
        detail::rename_folder(numbered, detail::between(folder, label));
  std::size_t count = 0;
  for (const auto& [label, name] : names)
    if (const fs::path there = detail::between(folder, label); fs::exists(there)) {
      detail::rename_folder(there, folder / name);
      ++count;
    }
  for (const auto& [label, name] : names)
    if (!fs::exists(folder / name))
      cnnpool::raise("cnnpool-dataset split: ", list.string(), " says that class ", label, " was called ", name,
                     ", and neither is there; the others have their names back, the list stays");
  fs::remove(list);
  std::printf("%s renamed back in %s; lists that name the numbers have to be made again\n",
              plural(count, "class", "classes").c_str(), folder.c_str());
  return all_good;
}

/// Renames the folders and the photos of the set; what is known by path moves along.
inline void rename_classes(photo_set& set, std::map<fs::path, std::string>& known) {
  std::map<int, fs::path> folder_of;
  std::map<fs::path, int> class_of;
  for (const labelled_photo& p : set.photos) {
    const fs::path folder = p.path.parent_path();
    const bool one_to_one = folder_of.try_emplace(p.label, folder).first->second == folder &&
                            class_of.try_emplace(folder, p.label).first->second == p.label;
    if (folder.parent_path() != set.root || !one_to_one)
      cnnpool::raise("cnnpool-dataset split: --rename is for class folders, and ", p.path.string(),
                     " does not lie in one of ", set.root.string());
  }
  bool named = true;
  for (const auto& [label, folder] : folder_of) named = named && folder.filename() == std::to_string(label);
  if (named) return;  // a second run
  if (fs::exists(set.root / detail::undo_list))
    cnnpool::raise("cnnpool-dataset split: ", (set.root / detail::undo_list).string(),
                   " is there already; if it is of an ", "earlier --rename, split --undo ", set.root.string(),
                   " gives back the names first");
  std::map<int, std::string> originals;
  const auto in_the_way = [](const fs::path& path) {
    cnnpool::raise("cnnpool-dataset split: ", path.string(), " is in the way of --rename; move it away");
  };
  for (const auto& [label, folder] : folder_of) {
    originals[label] = folder.filename().string();
    const fs::path between = detail::between(set.root, label), to = set.root / std::to_string(label);
    if (fs::exists(fs::symlink_status(between))) in_the_way(between);
    if (fs::exists(fs::symlink_status(to)) && !class_of.contains(to)) in_the_way(to);
  }
  const std::string list = std::string(detail::undo_head) + "\n" + classes_text(originals);
  write_file(set.root / detail::undo_list, list);
  for (const auto& [label, folder] : folder_of) detail::rename_folder(folder, detail::between(set.root, label));
  write_file(set.root / detail::undo_list, list + detail::second_step + "\n");
  for (const auto& [label, folder] : folder_of)
    detail::rename_folder(detail::between(set.root, label), set.root / std::to_string(label));
  std::map<fs::path, std::string> moved;
  for (labelled_photo& p : set.photos) {
    const fs::path now = set.root / std::to_string(p.label) / p.path.filename();
    moved[now] = known.at(p.path);
    p.path = now;
  }
  known = std::move(moved);
}

}  // namespace dataset
