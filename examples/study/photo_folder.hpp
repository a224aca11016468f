// The photos of a folder, told by what they are: a file that a Mac, Windows or the user left among them is no photo,
// and must not shift the numbers of the others. A photo that is broken keeps its place. What was passed over is one
// line.
//
// A photo is a file whose beginning OpenCV knows, or whose name says so (an empty x.jpg): the latter is named with the
// photos that cannot be used. Names that begin with a dot say nothing: Finder's ._x.jpg is no photo. A link to nowhere
// is none either, whatever it is called.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <opencv2/imgcodecs.hpp>

#include <cnnpool/core/error.hpp>
#include <cnnpool/evaluate/ground_truth.hpp>

#include "../name_lines.hpp"

namespace study_detail {

namespace fs = std::filesystem;

struct folder_of_photos {
  std::vector<fs::path> photos = {};  ///< by name
  std::vector<std::string> folders = {}, links = {}, others = {};  ///< names

  /// Empty where nothing was passed over.
  std::string passed_over(const fs::path& folder) const {
    std::string text;
    for (const std::string& part :
         {counted(folders, "folder", "folders"), counted(links, "link to nowhere", "links to nowhere"),
          counted(others, "file that is no picture", "files that are no pictures")})
      if (!part.empty()) text += (text.empty() ? "passed over in " + folder.string() + ": " : ", ") + part;
    return text;
  }
};

inline bool is_picture_name(const std::string& name) {
  return !name.starts_with('.') && cnnpool::detail::without_ending(name) != name;
}

/// known: a file that is there and no photo, such as the ground truth.
inline folder_of_photos look_into(const fs::path& folder, const std::string& known = {}) {
  std::error_code failed, unknown;
  folder_of_photos out;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const fs::path& path = at->path();
    const std::string name = path.filename().string();
    const bool file = fs::is_regular_file(path, unknown);  // a link that names itself gives an error, and false
    if (!known.empty() && fs::equivalent(path, known, unknown)) continue;
    if (fs::is_directory(path, unknown)) out.folders.push_back(name);
    else if (file && (cv::haveImageReader(path.string()) || is_picture_name(name))) out.photos.push_back(path);
    else if (file || fs::exists(path, unknown)) out.others.push_back(name);
    else out.links.push_back(name);
  }
  if (failed) cnnpool::raise(folder.string(), " cannot be opened: ", failed.message());
  for (auto* names : {&out.folders, &out.links, &out.others}) std::ranges::sort(*names);
  std::ranges::sort(out.photos);
  if (out.photos.empty()) {
    const std::string passed = out.passed_over(folder);
    cnnpool::raise(folder.string(), " holds 0 photos, expected at least 1", passed.empty() ? "" : "; ", passed);
  }
  return out;
}

/// Photos lie in FOLDER/jpg, or in FOLDER.
inline fs::path photo_folder(const fs::path& folder) {
  const fs::path below = folder / "jpg";
  std::error_code unknown;
  return fs::is_directory(below, unknown) ? below : folder;
}

/// Why a file gives no bytes.
inline std::string why_empty(const fs::path& path) {
  std::error_code unknown;
  const fs::file_status there = fs::status(path, unknown);
  if (!fs::exists(there)) return fs::is_symlink(path, unknown) ? "is a link to nowhere" : "is not there";
  if (fs::is_directory(there)) return "is a folder, expected a photo";
  if (!fs::is_regular_file(there)) return "is a pipe or a device, expected a photo";
  return fs::file_size(path, unknown) == 0 ? "is empty" : "cannot be read";
}

}  // namespace study_detail
