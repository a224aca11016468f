// The labelled photos of a training, and what their classes are called (labelled_list.hpp). The paths of a list are
// relative to its folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "../labelled_list.hpp"

namespace finetune {

struct labelled_photo {
  std::string name;  ///< as the list has it
  std::string path = {};
  int label = 0;
};

inline std::vector<labelled_photo> read_photo_list(const std::string& path, const char* option) {
  std::vector<labelled_photo> out;
  std::map<std::string, std::size_t> seen;
  for (const list_line& line : read_list_lines(path, option)) {
    labelled_photo photo{.name = line.path};
    if (!whole_number(line.label, photo.label))
      cnnpool::raise(option, ": ", path, ":", line.number, ": the label is \"", line.label,
                     "\", expected a number of 0 or more");
    if (const auto [before, added] = seen.emplace(photo.name, line.number); !added)
      cnnpool::raise(option, ": ", path, ":", line.number, ": ", photo.name, " is in line ", before->second,
                     " already");
    photo.path = (std::filesystem::path(path).parent_path() / photo.name).string();
    out.push_back(photo);
  }
  if (out.empty()) cnnpool::raise(option, ": ", path, " names 0 photos, expected at least 2");
  return out;
}

/// What the labels stand for; a label without a name is called by its number.
class class_names {
 public:
  explicit class_names(const std::string& list)
      : names_(read_class_names(std::filesystem::path(list).parent_path() / "classes.txt", "--train")) {}
  std::string of(int label) const {
    const auto at = names_.find(label);
    return at == names_.end() ? std::to_string(label) : std::to_string(label) + " (" + at->second + ")";
  }

 private:
  std::map<int, std::string> names_;
};

/// The photos of every label, by their place in the list.
inline std::map<int, std::vector<std::size_t>> photos_by_label(const std::vector<labelled_photo>& photos) {
  std::map<int, std::vector<std::size_t>> out;
  for (std::size_t i = 0; i < photos.size(); ++i) out[photos[i].label].push_back(i);
  return out;
}

}  // namespace finetune
