// Ground-truth files. Images are indices into the caller's list of names, the order of the database's rows.
//
//   read_oxford_folder   Oxford5k, Paris6k: NAME_query.txt (image x0 y0 x1 y1), NAME_good.txt, _ok.txt, _junk.txt
//   read_groups          UKBench, Holidays, own photos: lines "image group"; every image is a query, junk for itself
//   read_matches         place recognition: lines "query: reference reference ...", numbers from 0, in order
//   read_revisited_list  revisited Oxford and Paris as text: lines "query KIND ...", KIND one of
//                        box x0 y0 x1 y1, easy IMAGES, hard IMAGES, junk IMAGES (JSON: ground_truth_json.hpp)
//
// Names are one word, with or without their picture's ending; a name with blanks stands "in double quotes", and in a
// list of groups a tab separates too. Lines that are empty or start with # are skipped (text_lines.hpp: marks, line
// ends). A name that is unknown, or given twice where it counts once, a box that is none or in shares of the photo's
// sides, a missing file and a line of another form are errors with the file and the name. A query without positives is
// read; `mean_of` counts it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "revisited.hpp"
#include "text_lines.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// Lists call photos with or without the ending of their file. Only endings of pictures: Mr.Smith has none.
inline std::string without_ending(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return name;
  std::string ending = name.substr(dot + 1);
  for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  for (const char* known : {"jpg", "jpeg", "jpe", "png", "webp", "tif", "tiff", "bmp", "ppm", "pgm", "pnm", "gif",
                            "jp2", "avif", "heic"})
    if (ending == known) return name.substr(0, dot);
  return name;
}

}  // namespace detail

/// From names of the database to its rows.
class image_names {
 public:
  explicit image_names(const std::vector<std::string>& names) : names_(names) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!rows_.emplace(names[i], static_cast<index_t>(i)).second)
        raise("image_names: \"", names[i], "\" is twice in the list of ", names.size(), " names, expected once");
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [at, added] = by_stem_.emplace(detail::without_ending(names[i]), static_cast<index_t>(i));
      if (!added) at->second = -1;
    }
  }
  /// -1: unknown. A name is also found without its picture's ending, or with it, where that names one image.
  index_t find(const std::string& name) const {
    if (const auto at = rows_.find(name); at != rows_.end()) return at->second;
    const auto at = by_stem_.find(detail::without_ending(name));
    if (at == by_stem_.end() || at->second < 0) return -1;
    // a.png is not a.jpg: one of the two goes without an ending.
    const std::string& found = names_[static_cast<std::size_t>(at->second)];
    return found == at->first || name == at->first ? at->second : -1;
  }
  std::size_t size() const { return names_.size(); }
  const std::string& operator[](index_t row) const { return names_[static_cast<std::size_t>(row)]; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, index_t> rows_, by_stem_;
};

struct landmark_query {
  std::string name;  ///< of the query's files: all_souls_1
  index_t image = 0;
  query_box box{};
  relevance<> truth = {};
  std::string box_at = {};  ///< FILE:LINE
};

struct revisited_query {
  std::string image;  ///< queries need not be in the database
  query_box box{};
  revisited_relevance truth = {};
  std::string box_at = {};  ///< FILE:LINE, of JSON the file and the query; empty where there is no box
};

namespace detail {

inline index_t known(const image_names& images, const std::string& name, const std::string& where, const char* reader) {
  const index_t row = images.find(name);
  if (row < 0) raise(reader, ": ", where, ": \"", name, "\" is not one of the ", images.size(), " images");
  return row;
}

/// Remembers what a query has already said about an image.
class said_once {
 public:
  void say(index_t row, const std::string& name, const std::string& where, const char* reader) {
    const auto [before, added] = where_.emplace(row, where);
    if (!added) raise(reader, ": ", where, ": \"", name, "\" is in ", before->second, " already, expected once");
  }

 private:
  std::map<index_t, std::string> where_;
};

/// The database has photos under their own names, Oxford's query files call them oxc1_NAME.
inline std::string without_prefix(const std::string& name) { return name.starts_with("oxc1_") ? name.substr(5) : name; }

}  // namespace detail

/// Queries in the order of their names. `missing`: names that the lists may have although they are not among the images
/// (the broken photos of Paris6k); they are skipped.
inline std::vector<landmark_query> read_oxford_folder(const std::string& folder, const image_names& images,
                                                      const std::vector<std::string>& missing = {}) {
  constexpr const char* reader = "read_oxford_folder";
  std::error_code failed;
  std::vector<std::string> names;
  constexpr std::string_view ending = "_query.txt";
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string file = at->path().filename().string();
    if (file.size() > ending.size() && file.ends_with(ending) && file[0] != '.')  // ._NAME_query.txt is of a Mac
      names.push_back(file.substr(0, file.size() - ending.size()));
  }
  if (failed) raise(reader, ": ", folder, " cannot be opened: ", failed.message());
  if (names.empty()) raise(reader, ": ", folder, " holds 0 files *_query.txt, expected at least 1");
  std::ranges::sort(names);

  std::vector<landmark_query> queries;
  for (const std::string& name : names) {
    landmark_query query{.name = name};
    const std::string start = (std::filesystem::path(folder) / name).string();
    index_t lines = 0;
    detail::for_each_line(start + "_query.txt", reader, [&](const auto& words, const std::string& where) {
      if (++lines > 1) raise(reader, ": ", where, ": a second query, expected one line");
      query.box = detail::box_in(words, 1, where, reader);
      query.box_at = where;
      query.image = detail::known(images, detail::without_prefix(words[0]), where, reader);
    });
    if (lines == 0) raise(reader, ": ", start, "_query.txt holds no query, expected one line");
    detail::said_once said;
    for (const char* kind : {"_good.txt", "_ok.txt", "_junk.txt"}) {
      auto& rows = kind == std::string_view("_junk.txt") ? query.truth.junk : query.truth.positives;
      detail::for_each_line(start + kind, reader, [&](const auto& words, const std::string& where) {
        if (words.size() != 1) raise(reader, ": ", where, ": ", words.size(), " words, expected one name");
        if (std::ranges::find(missing, words[0]) != missing.end()) return;
        const index_t row = detail::known(images, words[0], where, reader);
        said.say(row, words[0], where, reader);
        rows.push_back(row);
      });
    }
    queries.push_back(std::move(query));
  }
  return queries;
}

struct image_group {
  std::string image, group;
};

/// The lines of a list of groups. An image that appears twice is an error.
inline std::vector<image_group> read_groups(const std::string& path) {
  std::vector<image_group> out;
  std::map<std::string, std::string> seen;
  detail::for_each_line(path, "read_groups", detail::separator::tabs, [&](const auto& words, const std::string& where) {
    if (words.size() != 2) raise("read_groups: ", where, ": ", words.size(), " words, expected an image and its group");
    const auto [before, added] = seen.emplace(words[0], where);
    if (!added) raise("read_groups: ", where, ": \"", words[0], "\" is in ", before->second, " already, expected once");
    out.push_back({words[0], words[1]});
  });
  return out;
}

/// Every image is a query against all of them: the others of its group are positives, the image itself is junk. With
/// `keep_query` it is a positive, as UKBench counts.
inline std::vector<relevance<>> truth_of_groups(const std::vector<image_group>& images, bool keep_query = false) {
  std::map<std::string, std::vector<index_t>> members;
  for (std::size_t i = 0; i < images.size(); ++i) members[images[i].group].push_back(static_cast<index_t>(i));
  std::vector<relevance<>> truths(images.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (const index_t other : members[images[i].group])
      if (keep_query || other != static_cast<index_t>(i)) truths[i].positives.push_back(other);
    if (!keep_query) truths[i].junk.push_back(static_cast<index_t>(i));
  }
  return truths;
}

inline std::vector<relevance<>> read_matches(const std::string& path, index_t references) {
  std::vector<relevance<>> truths;
  detail::for_each_line(path, "read_matches", [&](const auto& words, const std::string& where) {
    const std::string expected = detail::decimal(truths.size()) + ":";
    if (words[0] != expected) raise("read_matches: ", where, ": \"", words[0], "\", expected \"", expected, "\"");
    relevance<> truth;
    detail::said_once said;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const double number = detail::number_in(words[i], where, "read_matches");
      const index_t row = static_cast<index_t>(number >= 0 && number < 1e15 ? number : -1);
      if (row < 0 || row >= references || static_cast<double>(row) != number)
        raise("read_matches: ", where, ": reference ", words[i], ", expected 0 to ", references - 1);
      said.say(row, words[i], where, "read_matches");
      truth.positives.push_back(row);
    }
    truths.push_back(std::move(truth));
  });
  return truths;
}

/// Queries in the order of their first lines.
inline std::vector<revisited_query> read_revisited_list(const std::string& path, const image_names& images) {
  constexpr const char* reader = "read_revisited_list";
  std::vector<revisited_query> queries;
  std::vector<detail::said_once> said;
  std::map<std::string, std::size_t> position;
  detail::for_each_line(path, reader, [&](const auto& words, const std::string& where) {
    const auto [at, added] = position.emplace(words[0], queries.size());
    if (added) {
      queries.push_back({.image = words[0]});
      said.emplace_back();
    }
    revisited_query& query = queries[at->second];
    const std::string kind = words.size() > 1 ? words[1] : "";
    if (kind == "box") {
      query.box = detail::box_in(words, 2, where, reader);
      query.box_at = where;
      return;
    }
    if (kind != "easy" && kind != "hard" && kind != "junk")
      raise(reader, ": ", where, ": \"", kind, "\", expected box, easy, hard or junk");
    auto& rows = kind == "easy" ? query.truth.easy : kind == "hard" ? query.truth.hard : query.truth.junk;
    for (std::size_t i = 2; i < words.size(); ++i) {
      const index_t row = detail::known(images, words[i], where, reader);
      said[at->second].say(row, words[i], where, reader);
      rows.push_back(row);
    }
  });
  return queries;
}

}  // namespace cnnpool
