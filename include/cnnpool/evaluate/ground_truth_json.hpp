// Ground truth of the revisited Oxford and Paris sets as JSON, the published gnd_*.pkl as scripts/revisited_json
// writes it:
//
//   {"imlist": [NAME, ...], "qimlist": [NAME, ...],
//    "gnd": [{"bbx": [x0, y0, x1, y1], "easy": [ROW, ...], "hard": [ROW, ...], "junk": [ROW, ...]}, ...]}
//
// imlist is the database in the order of its rows, qimlist the queries; gnd[q] belongs to qimlist[q], and its rows are
// positions in imlist, from 0. "bbx" may be left out. Anything of another form, a row outside imlist, and an image that
// is twice among a query's easy, hard and junk are errors with the file and the query.
#pragma once

#if !__has_include(<nlohmann/json.hpp>)
#error "cnnpool/evaluate/ground_truth_json.hpp: <nlohmann/json.hpp> is missing; install nlohmann/json (Debian: nlohmann-json3-dev)"
#endif

#include <iterator>

#include <nlohmann/json.hpp>

#include "ground_truth.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct revisited_set {
  std::vector<std::string> images;
  std::vector<revisited_query> queries;

  std::vector<revisited_relevance> truths() const {
    std::vector<revisited_relevance> out;
    for (const auto& query : queries) out.push_back(query.truth);
    return out;
  }
};

namespace detail {

inline const nlohmann::json& array_in(const nlohmann::json& object, const char* key, const std::string& where) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_array())
    raise("read_revisited_json: ", where, ": \"", key, "\" is no array, expected one");
  return *at;
}

inline std::vector<std::string> names_in(const nlohmann::json& object, const char* key, const std::string& where) {
  std::vector<std::string> names;
  for (const auto& name : array_in(object, key, where)) {
    if (!name.is_string())
      raise("read_revisited_json: ", where, ": entry ", names.size(), " of \"", key,
            "\" is no string, expected a name");
    names.push_back(name.get<std::string>());
  }
  return names;
}

inline std::vector<index_t> rows_in(const nlohmann::json& object, const char* key, const image_names& images,
                                  said_once& said, const std::string& where) {
  std::vector<index_t> rows;
  for (const auto& row : array_in(object, key, where)) {
    const bool integer = row.is_number_integer();
    if (!integer || row < 0 || row >= images.size())
      raise("read_revisited_json: ", where, ": ", integer ? row.dump() : "an entry that is no integer", " in \"", key,
            "\", expected 0 to ", static_cast<index_t>(images.size()) - 1);
    const index_t value = row.get<index_t>();
    said.say(value, images[value], where + ", \"" + key + "\"", "read_revisited_json");
    rows.push_back(value);
  }
  return rows;
}

}  // namespace detail

inline revisited_set read_revisited_json(const std::string& path) {
  constexpr const char* reader = "read_revisited_json";
  std::ifstream file(path, std::ios::binary);
  if (!file) raise(reader, ": ", path, " cannot be opened");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  detail::check_text(text, path, reader);
  const nlohmann::json root = nlohmann::json::parse(text, nullptr, false);
  if (root.is_discarded()) raise(reader, ": ", path, " is not JSON");
  if (!root.is_object()) raise(reader, ": ", path, " holds no object, expected imlist, qimlist and gnd");
  revisited_set set;
  set.images = detail::names_in(root, "imlist", path);
  const image_names images(set.images);
  const std::vector<std::string> names = detail::names_in(root, "qimlist", path);
  const image_names once(names);
  const auto& gnd = detail::array_in(root, "gnd", path);
  if (gnd.size() != names.size())
    raise(reader, ": ", path, ": ", gnd.size(), " entries of \"gnd\" for ", names.size(), " queries, expected as many");
  for (std::size_t q = 0; q < names.size(); ++q) {
    const std::string where = path + ": query \"" + names[q] + "\"";
    if (!gnd[q].is_object()) raise(reader, ": ", where, " has no object in \"gnd\"");
    revisited_query query{.image = names[q]};
    if (gnd[q].contains("bbx")) {
      const auto& box = detail::array_in(gnd[q], "bbx", where);
      if (box.size() != 4 || !std::ranges::all_of(box, [](const auto& x) { return x.is_number(); }))
        raise(reader, ": ", where, ": \"bbx\" is not 4 numbers, expected x0, y0, x1, y1");
      for (std::size_t i = 0; i < 4; ++i) query.box[i] = box[i].get<double>();
      query.box_at = where;
      detail::check_box(query.box, where, reader);
    }
    detail::said_once said;
    query.truth.easy = detail::rows_in(gnd[q], "easy", images, said, where);
    query.truth.hard = detail::rows_in(gnd[q], "hard", images, said, where);
    query.truth.junk = detail::rows_in(gnd[q], "junk", images, said, where);
    set.queries.push_back(std::move(query));
  }
  return set;
}

}  // namespace cnnpool
