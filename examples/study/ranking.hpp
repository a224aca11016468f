// What is left of a study for other programs: the descriptors of one row as .npy, the photos' names, and the ranking.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <cnnpool/io/npy_write.hpp>
#include <cnnpool/search/nearest.hpp>

#include "csv.hpp"
#include "outputs.hpp"
#include "task.hpp"

namespace study_detail {

inline std::string lines_of(const std::vector<study_photo>& photos) {
  std::string text;
  for (const auto& photo : photos) text += photo.name + "\n";
  return text;
}
inline void add_descriptors(study_outputs& outputs, const fs::path& path, const cnnpool::descriptors<float>& d) {
  auto& file = outputs.add(path);
  with_storage([&] { cnnpool::detail::npy_to(file, d); });
}

}  // namespace study_detail

/// descriptors.npy and names.txt (a row per photo of the database; of a photo that was left out: zeros), the same for
/// queries of their own, and ranking.csv: the `most` best matches of every query, junk left out. All of them or none.
inline void save_ranking(const std::filesystem::path& folder, const study_task& task,
                         const cnnpool::descriptors<float>& database, const cnnpool::descriptors<float>& queries,
                         const std::vector<char>& queries_ok, cnnpool::index_t most = 100) {
  const bool own = queries.rows() != 0;
  study_outputs outputs;
  study_detail::add_descriptors(outputs, folder / "descriptors.npy", database);
  outputs.add(folder / "names.txt", study_detail::lines_of(task.database));
  if (own) {
    study_detail::add_descriptors(outputs, folder / "query_descriptors.npy", queries);
    outputs.add(folder / "query_names.txt", study_detail::lines_of(task.queries));
  }
  const auto& asked = own ? task.queries : task.database;
  const cnnpool::neighbours ranked = cnnpool::nearest(own ? queries : database, database, database.rows());
  std::string text(study_detail::ranking_head);
  for (std::size_t q = 0; q < asked.size(); ++q) {
    if (queries_ok[q] == 0) continue;
    const auto& junk = task.truths[q].junk;
    cnnpool::index_t rank = 0;
    for (std::size_t i = 0; i < ranked[q].size() && rank < most; ++i) {
      const cnnpool::index_t row = ranked.ids(q)[i];
      if (std::ranges::find(junk, row) != junk.end()) continue;
      char cosine[32];
      std::snprintf(cosine, sizeof cosine, "%.6f", ranked.scores(q)[i]);
      text += csv_field(asked[q].name) + "," + std::to_string(++rank) + "," +
              csv_field(task.database[static_cast<std::size_t>(row)].name) + "," + cosine + "\n";
    }
  }
  outputs.add(folder / "ranking.csv", text);
  outputs.commit();
}
