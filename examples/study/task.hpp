// What a study asks: photos of the database, the queries among or beside them, and what is right for each.
//
//   groups:FILE     lines "photo group" (UKBench, Holidays, own sets); every photo a query, itself left out
//   matches:FILE    lines "query: reference ..." by number; the photos of query/ and ref/ in the order of their names
//   oxford:FOLDER   Oxford5k, Paris6k: the text files; queries cut to their boxes
//   revisited:FILE  revisited Oxford and Paris, .json (of a .pkl: scripts/revisited_json) or a text list; queries cut
//                   to their boxes
//   none            nobody knows: every photo a query, itself left out; descriptors and rankings, no measures
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <cnnpool/evaluate/ground_truth.hpp>

#include "photo_folder.hpp"
#if __has_include(<nlohmann/json.hpp>)
#include <cnnpool/evaluate/ground_truth_json.hpp>
#endif

struct study_photo {
  std::string name, path;
  cnnpool::query_box crop{};
  std::string box_at = {};  ///< FILE:LINE of the box
};

struct study_task {
  std::vector<study_photo> database;
  std::vector<study_photo> queries;  ///< empty: the database's photos, in their order
  std::vector<cnnpool::relevance<>> truths;
  std::vector<cnnpool::revisited_relevance> revisited = {};  ///< then truths are those of the medium protocol
  std::vector<std::string> notes = {};                       ///< what was passed over, a line each
};

namespace study_detail {

namespace fs = std::filesystem;

/// The photos of a folder; what was passed over becomes a note.
inline std::vector<fs::path> photos_of(folder_of_photos found, const fs::path& folder,
                                       std::vector<std::string>& notes) {
  for (const fs::path& photo : found.photos) check_listable(photo.string());
  if (std::string passed = found.passed_over(folder); !passed.empty()) notes.push_back(std::move(passed));
  return std::move(found.photos);
}
inline std::vector<fs::path> photos_in(const fs::path& folder, std::vector<std::string>& notes,
                                       const std::string& truth = {}) {
  return photos_of(look_into(folder, truth), folder, notes);
}
/// Of a folder whose photos the ground truth counts: one that is missing would shift the numbers behind it.
inline std::vector<fs::path> counted_photos(const fs::path& folder, const std::string& truth,
                                            std::vector<std::string>& notes) {
  folder_of_photos found = look_into(folder);
  for (const std::string& link : found.links)
    if (is_picture_name(link))
      cnnpool::raise(truth, " counts the photos of ", folder.string(), ", where ", link,
                     " is a link to nowhere, expected a photo");
  return photos_of(std::move(found), folder, notes);
}

/// Without the file's ending, as the lists of Oxford and Paris name photos.
inline std::vector<study_photo> stems_in(const fs::path& folder, std::vector<std::string>& notes,
                                         const std::string& truth) {
  std::vector<study_photo> out;
  for (const fs::path& path : photos_in(photo_folder(folder), notes, truth))
    out.push_back({path.stem().string(), path.string()});
  return out;
}

inline std::vector<std::string> names_of(const std::vector<study_photo>& photos) {
  std::vector<std::string> out;
  for (const auto& photo : photos) out.push_back(photo.name);
  return out;
}

inline study_task unjudged(const fs::path& folder) {
  study_task task;
  for (const fs::path& path : photos_in(photo_folder(folder), task.notes)) {
    const auto itself = static_cast<cnnpool::index_t>(task.database.size());
    task.database.push_back({path.filename().string(), path.string()});
    task.truths.push_back({.positives = {}, .junk = {itself}});
  }
  return task;
}

/// Lists name files, or leave their endings out; a name may hold a folder.
inline study_task groups(const fs::path& folder, const std::string& file) {
  study_task task;
  const auto images = cnnpool::read_groups(file);
  const fs::path inside = photo_folder(folder);
  const std::vector<fs::path> there = photos_in(inside, task.notes, file);
  std::vector<std::string> names;
  for (const fs::path& path : there) names.push_back(path.filename().string());
  const cnnpool::image_names known(names);
  std::vector<char> named(there.size(), 0);
  std::error_code unknown;
  for (const auto& image : images) {
    const cnnpool::index_t row = known.find(image.image);
    fs::path path = inside / image.image;
    if (row >= 0) {
      path = there[static_cast<std::size_t>(row)];
      if (named[static_cast<std::size_t>(row)]++ != 0)
        cnnpool::raise(file, ": \"", image.image, "\" is ", path.filename().string(), ", which is in the list already");
    }
    if (row < 0 && !fs::exists(path, unknown) && fs::exists(folder / image.image, unknown)) path = folder / image.image;
    task.database.push_back({image.image, path.string()});
  }
  std::vector<std::string> others;
  for (std::size_t i = 0; i < there.size(); ++i)
    if (named[i] == 0) others.push_back(names[i]);
  if (!others.empty())
    task.notes.push_back(counted(others, "photo", "photos") + " of " + inside.string() + " not named by " + file);
  task.truths = cnnpool::truth_of_groups(images);
  return task;
}

inline study_task matches(const fs::path& folder, const std::string& file) {
  study_task task;
  for (const fs::path& path : counted_photos(folder / "ref", file, task.notes))
    task.database.push_back({"ref/" + path.filename().string(), path.string()});
  for (const fs::path& path : counted_photos(folder / "query", file, task.notes))
    task.queries.push_back({"query/" + path.filename().string(), path.string()});
  task.truths = cnnpool::read_matches(file, static_cast<cnnpool::index_t>(task.database.size()));
  if (task.truths.size() != task.queries.size())
    cnnpool::raise(file, " holds ", task.truths.size(), " queries, the folder ", task.queries.size(),
                   " photos, expected as many");
  return task;
}

inline study_task oxford(const fs::path& folder, const std::string& file) {
  study_task task;
  task.database = stems_in(folder, task.notes, {});
  for (auto& query : cnnpool::read_oxford_folder(file, cnnpool::image_names(names_of(task.database)))) {
    const study_photo& image = task.database[static_cast<std::size_t>(query.image)];
    task.queries.push_back({query.name, image.path, query.box, query.box_at});
    task.truths.push_back(std::move(query.truth));
  }
  return task;
}

inline study_task revisited(const fs::path& folder, const std::string& file) {
  study_task task;
  const std::vector<study_photo> photos = stems_in(folder, task.notes, file);
  const cnnpool::image_names all(names_of(photos));
  std::vector<cnnpool::revisited_query> queries;
  if (fs::path(file).extension() == ".json") {
#if __has_include(<nlohmann/json.hpp>)
    const cnnpool::revisited_set set = cnnpool::read_revisited_json(file);
    queries = set.queries;
    for (const std::string& name : set.images) {
      if (all.find(name) < 0)
        cnnpool::raise(file, " names \"", name, "\", which is not in ", folder.string());
      task.database.push_back(photos[static_cast<std::size_t>(all.find(name))]);
    }
#else
    cnnpool::raise(file,
                   " is JSON, and this program was built without nlohmann/json (Debian: nlohmann-json3-dev)");
#endif
  } else {
    task.database = photos;
    queries = cnnpool::read_revisited_list(file, all);
  }
  for (const auto& query : queries) {
    if (all.find(query.image) < 0)
      cnnpool::raise(file, " names the query \"", query.image, "\", which is not in ", folder.string());
    task.queries.push_back({query.image + " (query)", photos[static_cast<std::size_t>(all.find(query.image))].path,
                            query.box, query.box_at});
    task.truths.push_back(query.truth.under(cnnpool::protocol::medium));
    task.revisited.push_back(query.truth);
  }
  return task;
}

/// Lines "photo x0 y0 x1 y1": what counts of photos of the database.
inline void cut_to_boxes(study_task& task, const std::string& file) {
  constexpr const char* option = "--boxes";
  const cnnpool::image_names names(names_of(task.database));
  cnnpool::detail::said_once said;
  cnnpool::detail::for_each_line(file, option, [&](const auto& words, const std::string& where) {
    const cnnpool::query_box box = cnnpool::detail::box_in(words, 1, where, option);
    const cnnpool::index_t row = cnnpool::detail::known(names, words[0], where, option);
    said.say(row, words[0], where, option);
    study_photo& photo = task.database[static_cast<std::size_t>(row)];
    photo.crop = box;
    photo.box_at = where;
  });
}

}  // namespace study_detail

/// truth: KIND:PATH as above, or none.
inline study_task read_task(const std::string& photos, const std::string& truth, const std::string& boxes = {}) {
  const std::size_t colon = truth.find(':');
  const std::string kind = truth.substr(0, colon), path = colon == std::string::npos ? "" : truth.substr(colon + 1);
  if (!std::filesystem::is_directory(photos))
    cnnpool::raise(photos, " is no folder, expected one of photos");
  study_task task;
  if (truth == "none") task = study_detail::unjudged(photos);
  else if (kind == "groups" && !path.empty()) task = study_detail::groups(photos, path);
  else if (kind == "matches" && !path.empty()) task = study_detail::matches(photos, path);
  else if (kind == "oxford" && !path.empty()) task = study_detail::oxford(photos, path);
  else if (kind == "revisited" && !path.empty()) task = study_detail::revisited(photos, path);
  else
    cnnpool::raise("--truth: \"", truth,
                   "\", expected groups:FILE, matches:FILE, oxford:FOLDER, revisited:FILE or none");
  if (task.database.empty()) cnnpool::raise(path, " names 0 photos, expected at least 1");
  if (!boxes.empty()) study_detail::cut_to_boxes(task, boxes);
  return task;
}
