// What is left of a study for other programs: the descriptors of one row as .npy, the photos' names, and the ranking.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <cnnpool/io/npy_write.hpp>
#include <cnnpool/retrieval/search.hpp>

#include "table.hpp"
#include "task.hpp"

namespace study_detail {

/// A name as a field of a CSV file.
inline std::string csv_field(const std::string& name) {
  if (name.find_first_of(",\"\n") == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}
inline void save_names(const fs::path& file, const std::vector<study_photo>& photos) {
  std::string text;
  for (const auto& photo : photos) text += photo.name + "\n";
  save_text(file.string(), text);
}

}  // namespace study_detail

/// descriptors.npy and names.txt (a row per photo of the database; of a photo that was left out: zeros), the same for
/// queries of their own, and ranking.csv: the `most` best matches of every query, junk left out.
inline void save_ranking(const std::filesystem::path& folder, const study_task& task,
                         const cnnpool::descriptors<float>& database, const cnnpool::descriptors<float>& queries,
                         const std::vector<char>& queries_ok, cnnpool::index most = 100) {
  const bool own = queries.rows() != 0;
  write_npy((folder / "descriptors.npy").string(), database);
  study_detail::save_names(folder / "names.txt", task.database);
  if (own) {
    write_npy((folder / "query_descriptors.npy").string(), queries);
    study_detail::save_names(folder / "query_names.txt", task.queries);
  }
  const auto& asked = own ? task.queries : task.database;
  const cnnpool::neighbours ranked = cnnpool::nearest(own ? queries : database, database, database.rows());
  std::string text = "query,rank,photo,cosine\n";
  for (std::size_t q = 0; q < asked.size(); ++q) {
    if (queries_ok[q] == 0) continue;
    const auto& junk = task.truths[q].junk;
    cnnpool::index rank = 0;
    for (std::size_t i = 0; i < ranked[q].size() && rank < most; ++i) {
      const cnnpool::index row = ranked[q][i];
      if (std::ranges::find(junk, row) != junk.end()) continue;
      char cosine[32];
      std::snprintf(cosine, sizeof cosine, "%.6f", ranked.score(q)[i]);
      text += study_detail::csv_field(asked[q].name) + "," + std::to_string(++rank) + "," +
              study_detail::csv_field(task.database[static_cast<std::size_t>(row)].name) + "," + cosine + "\n";
    }
  }
  save_text((folder / "ranking.csv").string(), text);
}
