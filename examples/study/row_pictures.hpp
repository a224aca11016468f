// The pictures of a study's best row: a sheet of matches, what its maps look at, and plots over its layer.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/search/nearest.hpp>

#include "evaluation.hpp"
#include "photo.hpp"
#include "pictures.hpp"
#include "pooled_layer.hpp"

/// A row and its mAP by dimension.
struct row_curve {
  study_row row;
  dimension_curve points;
};

namespace study_detail {

inline void save_picture(const std::string& folder, const std::string& name, const cv::Mat& m) {
  study_pictures::save((fs::path(folder) / name).string(), m);
}
inline cv::Mat pixels(const study_photo& photo) { return read_photo(bytes_of(photo.path), photo.crop).pixels; }
/// A few queries, evenly, of those that have features and (judged) something to find.
inline std::vector<std::size_t> drawn_queries(const study_photos& photos, bool judged) {
  std::vector<std::size_t> usable, out;
  for (std::size_t q = 0; q < photos.queries().size(); ++q)
    if (photos.asked_ok()[q] != 0 && (!judged || !photos.task.truths[q].positives.empty())) usable.push_back(q);
  const std::size_t step = std::max<std::size_t>(1, usable.size() / 8);
  for (std::size_t i = step / 2; i < usable.size() && out.size() < 8; i += step) out.push_back(usable[i]);
  return out;
}

}  // namespace study_detail

/// matches.png: eight queries and their best matches, framed right or wrong where that is known (judged).
inline void draw_matches(const std::string& folder, const study_photos& photos, const pooled_layer& d, bool judged) {
  using namespace study_pictures;
  using cnnpool::index_t;
  using study_detail::pixels;
  const auto& queries = photos.queries();
  const auto& rows = photos.own_queries ? d.queries : d.database;
  const cnnpool::neighbours ranked = cnnpool::nearest(rows, d.database, rows.rows() == 0 ? 1 : 9);
  std::vector<std::vector<tile>> sheet;
  for (const std::size_t q : study_detail::drawn_queries(photos, judged)) {
    const auto& truth = photos.task.truths[q];
    sheet.push_back({{pixels(queries[q]), "query", ink}});
    for (const index_t row : ranked.ids(q)) {
      if (std::ranges::find(truth.junk, row) != truth.junk.end() || sheet.back().size() == 8) continue;
      const bool found = std::ranges::find(truth.positives, row) != truth.positives.end();
      sheet.back().push_back({pixels(photos.task.database[static_cast<std::size_t>(row)]),
                              !judged ? "" : found ? "right" : "wrong", !judged ? ink : found ? right : wrong});
    }
  }
  study_detail::save_picture(folder, "matches.png", contact_sheet(sheet));
}

namespace study_detail {

/// What every position adds to SPoC's descriptor: its weight, which is the same in every photo, times the sum of its
/// channels. The weight is SPoC's own pooling of as many channels as there are positions, channel k being 1 at position
/// k and 0 elsewhere; all of them are one row of numbers, each channel a step further left.
inline std::vector<float> spoc_parts(const cnnpool::feature_view<float>& of, bool rectify) {
  const auto e = of.extents();
  const cnnpool::index_t positions = e.positions();
  std::vector<float> row(static_cast<std::size_t>(2 * positions - 1));
  row[static_cast<std::size_t>(positions - 1)] = 1;
  const cnnpool::feature_view<float> x(row.data() + positions - 1, {.n = 1, .c = positions, .h = e.h, .w = e.w},
                                       cnnpool::strides{.n = 0, .c = -1, .h = e.w, .w = 1});
  const auto weights = cnnpool::pool(x, cnnpool::spoc{});
  std::vector<float> out(weights.data(), weights.data() + positions);
  for (cnnpool::index_t i = 0; i < positions; ++i) {
    float sum = 0;
    for (cnnpool::index_t c = 0; c < e.c; ++c) {
      const float value = of(0, c, i / e.w, i % e.w);
      sum += rectify && value < 0 ? 0 : value;
    }
    out[static_cast<std::size_t>(i)] *= sum;
  }
  return out;
}

}  // namespace study_detail

/// Of four queries: saliency_crow_N.png, the weights that CroW gives the positions, saliency_spoc_N.png, what they add
/// to SPoC, and regions_N.png, R-MAC's regions, a panel a level.
inline void draw_maps(const std::string& folder, const feature_cache& cache, const study_photos& photos,
                      const std::string& layer, bool judged) {
  const auto& queries = photos.queries();
  std::size_t drawn = 0;
  for (const std::size_t q : study_detail::drawn_queries(photos, judged)) {
    if (drawn == 4) break;
    const cnnpool::npy_array file = cache.read(queries[q].name, base_of(layer), 0);
    const cv::Mat photo = study_detail::pixels(queries[q]);
    visit(file.view(), [&]<class T>(const cnnpool::feature_view<T>& x) {
      if constexpr (std::is_same_v<T, float>) {
        const auto e = x.extents();
        if (e.positions() == 1) return;
        const int h = static_cast<int>(e.h), w = static_cast<int>(e.w);
        const std::string number = std::to_string(++drawn) + ".png";
        const auto crow = cnnpool::pool(x, cnnpool::relu{} | cnnpool::crow_spatial_weights{});
        const auto spoc = study_detail::spoc_parts(x, is_rectified(layer));
        for (const auto& [name, weights] : {std::pair("crow", crow.data()), std::pair("spoc", spoc.data())})
          study_detail::save_picture(folder, std::string("saliency_") + name + "_" + number,
                                     study_pictures::saliency(photo, weights, h, w));
        const auto boxes = cnnpool::rmac_grid{}.regions(e.h, e.w);
        study_detail::save_picture(folder, "regions_" + number, study_pictures::regions(photo, boxes, e.h, e.w));
      }
    });
  }
}

/// map_by_dimension.png and time_by_policy.png of the layer of a row.
inline void draw_plots(const std::string& folder, const std::vector<row_curve>& curves, const study_row& of) {
  std::vector<study_pictures::curve> lines;
  std::vector<std::pair<std::string, double>> times;
  for (const auto& [row, points] : curves) {
    if (row.network != of.network || row.layer != of.layer) continue;
    lines.push_back({row.policy, points, 100 * row.raw.map});
    times.emplace_back(row.policy + " on " + row.map_size, row.microseconds);
  }
  study_detail::save_picture(
      folder, "map_by_dimension.png",
      study_pictures::plot("mAP (%) by PCA dimension, dashed: as it is; " + of.network + " " + of.layer,
                           "dimensions (logarithmic)", lines));
  study_detail::save_picture(folder, "time_by_policy.png",
                             study_pictures::bars("microseconds per map, one thread", times));
}
