// What a change of the network looks like: how it learned, what it looks at, and which queries find other photos.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/evaluate/measures.hpp>
#include <cnnpool/io/npy.hpp>
#include <cnnpool/search/nearest.hpp>

#include "gain_table.hpp"
#include "photo.hpp"
#include "pictures.hpp"
#include "task.hpp"

namespace gain {

namespace fs = std::filesystem;

/// learning.png: the loss, and the mAP of the validation photos and of the foreign ones, by epoch.
inline void draw_learning(const fs::path& log, const fs::path& picture) {
  study_pictures::curve loss{"loss", {}}, val{"validation", {}}, foreign{"foreign", {}};
  for (auto& row : read_csv(log, {"epoch", "loss", "val_map_percent", "foreign_map_percent"})) {
    const auto add = [&](study_pictures::curve& c, const std::string& column) {
      if (!row[column].empty())
        c.points.emplace_back(number_in(row, "epoch", log), number_in(row, column, log));
    };
    add(loss, "loss");
    add(val, "val_map_percent");
    add(foreign, "foreign_map_percent");
  }
  if (val.points.empty()) cnnpool::raise("cnnpool-gain: ", log.string(), " has 0 rows, expected at least 1");
  std::vector<study_pictures::curve> maps{val};
  if (!foreign.points.empty()) maps.push_back(foreign);
  double most = 0;
  for (const auto& [epoch, value] : loss.points) most = std::max(most, value);
  const double step = std::pow(10, std::floor(std::log10(std::max(most, 1e-6)))) / 2;
  const study_pictures::axes linear{.logarithmic = false};
  cv::Mat both;
  cv::vconcat(study_pictures::plot("mAP (%) by epoch", "epochs", maps, linear),
              study_pictures::plot("loss by epoch", "epochs", {loss}, {.logarithmic = false, .step = step}), both);
  study_pictures::save(picture.string(), both);
}

/// saliency.png: CroW's weights over the same photos, before above after. Whether there was something to draw.
inline bool draw_saliency(const fs::path& before, const fs::path& after, const fs::path& picture) {
  std::vector<std::vector<study_pictures::tile>> rows(2);
  for (int k = 1; k <= 4; ++k) {
    const std::string name = "saliency_crow_" + std::to_string(k) + ".png";
    if (!fs::exists(before / name) || !fs::exists(after / name)) continue;
    rows[0].push_back({cv::imread((before / name).string()), "before", study_pictures::ink});
    rows[1].push_back({cv::imread((after / name).string()), "after", study_pictures::ink});
  }
  if (!rows[0].empty()) study_pictures::save(picture.string(), study_pictures::contact_sheet(rows));
  return !rows[0].empty();
}

/// One study's descriptors of the photos of a task, ranked for each of them.
struct ranked_study {
  cnnpool::descriptors<float> rows;
  cnnpool::neighbours found;

  ranked_study(const fs::path& folder, const study_task& task) : rows(read(folder, task)), found(search(rows)) {}

 private:
  static cnnpool::descriptors<float> read(const fs::path& folder, const study_task& task) {
    const cnnpool::npy_array file = cnnpool::read_npy((folder / "descriptors.npy").string());
    const auto x = file.view().as<float>();
    if (x.extents().n != static_cast<cnnpool::index_t>(task.database.size()))
      cnnpool::raise("cnnpool-gain: ", folder.string(), " has descriptors of ", x.extents().n, " photos, expected ",
                     task.database.size());
    cnnpool::descriptors<float> out(x.extents().n, x.extents().c);
    for (cnnpool::index_t n = 0; n < out.rows(); ++n)
      for (cnnpool::index_t c = 0; c < out.cols(); ++c) out(n, c) = x(n, c, 0, 0);
    return out;
  }
  static cnnpool::neighbours search(const cnnpool::descriptors<float>& rows) {
    return cnnpool::nearest(rows, rows, std::max<cnnpool::index_t>(1, rows.rows()));
  }
};

/// changed.png: the queries whose average precision changed most, with their best matches before and after. How many
/// became better and worse.
inline std::pair<int, int> draw_changed(const fs::path& before, const fs::path& after, const study_task& task,
                                        const fs::path& picture) {
  if (!task.queries.empty()) return {};  // photos that ask one another
  const ranked_study old(before, task), now(after, task);
  std::vector<std::pair<double, std::size_t>> changes;
  int better = 0, worse = 0;
  for (std::size_t q = 0; q < task.truths.size(); ++q) {
    if (task.truths[q].positives.empty()) continue;
    const cnnpool::measures::average_precision ap;
    const double change = ap(now.found.ids(q), task.truths[q]) - ap(old.found.ids(q), task.truths[q]);
    better += change > 1e-9 ? 1 : 0;
    worse += change < -1e-9 ? 1 : 0;
    if (std::abs(change) > 1e-9) changes.emplace_back(change, q);
  }
  std::ranges::sort(changes, [](const auto& a, const auto& b) {
    return std::abs(a.first) != std::abs(b.first) ? std::abs(a.first) > std::abs(b.first) : a.second < b.second;
  });
  if (changes.size() > 6) changes.resize(6);
  std::vector<std::vector<study_pictures::tile>> sheet;
  for (const auto& [change, q] : changes)
    for (const auto& [study, when] : {std::pair(&old, "before"), std::pair(&now, "after")}) {
      const auto& truth = task.truths[q];
      const auto photo = [&](cnnpool::index_t row) {
        return read_photo(bytes_of(task.database[static_cast<std::size_t>(row)].path)).pixels;
      };
      auto& tiles = sheet.emplace_back();
      tiles.push_back({photo(static_cast<cnnpool::index_t>(q)),
                       study == &old ? when : cv::format("%s: AP %+.0f", when, 100 * change), study_pictures::ink});
      for (const cnnpool::index_t row : study->found.ids(q)) {
        if (std::ranges::find(truth.junk, row) != truth.junk.end() || tiles.size() == 7) continue;
        const bool right = std::ranges::find(truth.positives, row) != truth.positives.end();
        tiles.push_back({photo(row), right ? "right" : "wrong", right ? study_pictures::right : study_pictures::wrong});
      }
    }
  if (!sheet.empty()) study_pictures::save(picture.string(), study_pictures::contact_sheet(sheet));
  return {better, worse};
}

}  // namespace gain
