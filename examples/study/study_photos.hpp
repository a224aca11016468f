// The photos of a study and which of them gave features. A photo that did not is nobody's match, and no query.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "features.hpp"
#include "interruption.hpp"
#include "task.hpp"

struct study_photos {
  study_task task;
  std::vector<study_photo> training;
  std::vector<char> database_ok, queries_ok, training_ok;
  bool own_queries = false;

  const std::vector<study_photo>& queries() const { return own_queries ? task.queries : task.database; }
  const std::vector<char>& asked_ok() const { return own_queries ? queries_ok : database_ok; }
  std::size_t count() const { return task.database.size() + task.queries.size() + training.size(); }
  /// Those whose features are there.
  std::ptrdiff_t ready() const {
    return std::ranges::count(database_ok, 1) + std::ranges::count(queries_ok, 1) + std::ranges::count(training_ok, 1);
  }
};

inline study_photos read_photos(const std::string& photos, const std::string& truth, const std::string& train,
                                const std::string& boxes) {
  study_photos p;
  p.task = read_task(photos, truth, boxes);
  p.own_queries = !p.task.queries.empty();
  if (!train.empty())
    for (const auto& path : study_detail::photos_in(study_detail::photo_folder(train), p.task.notes))
      p.training.push_back({"training/" + path.filename().string(), path.string()});
  return p;
}

/// Fills the cache with the layers of all photos, and says which have them.
inline void prepare_features(feature_cache& cache, const std::string& network, const std::vector<std::string>& layers,
                             study_photos& p, photo_problems& problems) {
  std::size_t done = 0;
  study_progress progress("features of " + network);
  const auto each = [&](const std::vector<study_photo>& list, std::vector<char>& ok) {
    for (const auto& photo : list) {
      stop_if_interrupted();
      progress.at(++done, p.count(), photo.name);
      ok.push_back(cache.prepare(photo, layers, problems) ? 1 : 0);
    }
  };
  each(p.task.database, p.database_ok);
  each(p.task.queries, p.queries_ok);
  each(p.training, p.training_ok);
  if (std::ranges::count(p.database_ok, 1) == 0) {
    const auto& [photo, problem] = *problems.begin();
    cnnpool::raise(network, " gives features of 0 of ", p.database_ok.size(), " photos; ", photo, ": ",
                   problem);
  }
}

inline void leave_out_broken(study_photos& p) {
  using cnnpool::index_t;
  for (std::size_t q = 0; q < p.task.truths.size(); ++q) {
    const auto ok = [&](index_t row) { return p.database_ok[static_cast<std::size_t>(row)] != 0; };
    const auto clean = [&](std::vector<index_t>& rows) { std::erase_if(rows, [&](index_t row) { return !ok(row); }); };
    const auto add_broken = [&](std::vector<index_t>& junk) {
      clean(junk);
      for (std::size_t row = 0; row < p.database_ok.size(); ++row)
        if (p.database_ok[row] == 0) junk.push_back(static_cast<index_t>(row));
    };
    const bool query_ok = p.asked_ok()[q] != 0;
    auto& truth = p.task.truths[q];
    clean(truth.positives);
    add_broken(truth.junk);
    if (!query_ok) truth.positives.clear();
    if (p.task.revisited.empty()) continue;
    auto& r = p.task.revisited[q];
    clean(r.easy);
    clean(r.hard);
    add_broken(r.junk);
    if (!query_ok) r.easy.clear(), r.hard.clear();
  }
}

/// A photo that is broken may have been the only query, or the only one that a query could find.
inline void check_something_is_asked(const study_photos& p, const photo_problems& problems) {
  if (std::ranges::any_of(p.task.truths, [](const auto& truth) { return !truth.positives.empty(); })) return;
  if (problems.empty())
    cnnpool::raise("the ground truth names 0 photos to find for ", p.task.truths.size(),
                   " queries, expected at least 1");
  cnnpool::raise("0 of ", p.task.truths.size(), " queries are left with a photo to find; ", problems.begin()->first,
                 ": ", problems.begin()->second, problems.size() == 1 ? "" : " (and others)");
}
