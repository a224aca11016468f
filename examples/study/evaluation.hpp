// How well descriptors rank: the measures of a row of the table, as they are, projected by PCA, and whitened.
#pragma once

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/evaluate/measures.hpp>
#include <cnnpool/search/nearest.hpp>
#include <cnnpool/fit/pca_whitening.hpp>

#include "dead_rows.hpp"
#include "pooled_layer.hpp"
#include "study_photos.hpp"
#include "table.hpp"

/// mAP in percent by the number of PCA dimensions.
using dimension_curve = std::vector<std::pair<double, double>>;

inline study_score evaluate(const study_photos& photos, const cnnpool::descriptors<float>& database,
                            const cnnpool::descriptors<float>& queries) {
  const auto& q = photos.own_queries ? queries : database;
  const cnnpool::neighbours ranked = cnnpool::nearest(q, database, database.rows());
  const auto mean = [&](const auto& measure) { return cnnpool::mean_of(measure, ranked, photos.task.truths).value; };
  study_score out{mean(cnnpool::measures::average_precision{}),
                  mean(cnnpool::measures::rectangular_average_precision{}), mean(cnnpool::measures::hit_at{1}),
                  database.cols()};
  if (!photos.task.revisited.empty())
    for (const auto p : {cnnpool::protocol::easy, cnnpool::protocol::medium, cnnpool::protocol::hard}) {
      const auto scores = cnnpool::measure_revisited(ranked, photos.task.revisited, p);
      out.revisited.push_back(scores.map.value);
      out.revisited.push_back(scores.precision_at_10.value);
    }
  return out;
}

namespace study_detail {

inline cnnpool::descriptors<float> projected(const cnnpool::descriptors<float>& d, const cnnpool::projection& model) {
  return d.rows() == 0 ? d : cnnpool::pool(d, cnnpool::sum{} | model | cnnpool::l2{});
}
inline study_score evaluate_projected(const study_photos& photos, const pooled_layer& d,
                                      const cnnpool::projection& model, cnnpool::index_t dimensions) {
  const cnnpool::projection cut = model.truncated(dimensions);
  return evaluate(photos, projected(d.database, cut), projected(d.queries, cut));
}

/// What the projections are learned on: the training photos, or the database itself.
inline cnnpool::descriptors<float> training_rows_of(const study_photos& photos, const pooled_layer& d) {
  using cnnpool::index_t;
  const bool own = photos.training.empty();
  const cnnpool::descriptors<float>& from = own ? d.database : d.training;
  const std::vector<char>& ok = own ? photos.database_ok : photos.training_ok;
  cnnpool::descriptors<float> out(static_cast<index_t>(std::ranges::count(ok, 1)), from.cols());
  index_t to = 0;
  for (index_t i = 0; i < from.rows(); ++i)
    if (ok[static_cast<std::size_t>(i)] != 0) std::ranges::copy(from.row(i), out.row(to++).begin());
  return out;
}

}  // namespace study_detail

/// Fills the measures of a row. curve: filled where it is given. A projection that cannot be learned leaves its columns
/// empty and says why: the row as it is is worth having.
inline void evaluate_row(const study_photos& photos, const pooled_layer& d, cnnpool::index_t dimensions, study_row& row,
                         dimension_curve* curve) {
  row.raw = evaluate(photos, d.database, d.queries);
  const auto training = study_detail::training_rows_of(photos, d);
  const auto note = [&](const auto&... pieces) {
    std::ostringstream text;
    (text << ... << pieces);
    row.notes.push_back(text.str());
  };
  if (training.rows() < 3) return note("no projection learned on ", training.rows(), " photos, expected at least 3");
  if (look_for_dead_rows(training).all_equal())
    return note("no projection: the descriptors to learn it on are all alike");
  std::optional<cnnpool::projection> whitened, plain;
  try {
    whitened = cnnpool::fit_pca_whitening(training);
    plain = cnnpool::fit_pca_whitening(training, {.power = 0});
  } catch (const cnnpool::error& e) {
    return note("no projection: ", e.what());
  }
  const cnnpool::index_t rank = std::min(whitened->output_size(), plain->output_size());
  if (rank < dimensions)
    note("PCA and whitened have ", rank, " dimensions instead of ", dimensions, ", the rank of ", training.rows(),
         " descriptors of ", training.cols(), " components");
  using study_detail::evaluate_projected;
  row.pca = evaluate_projected(photos, d, *plain, std::min(rank, dimensions));
  row.whitened = evaluate_projected(photos, d, *whitened, std::min(rank, dimensions));
  row.whitened_full = evaluate_projected(photos, d, *whitened, whitened->output_size());
  if (curve != nullptr)
    for (cnnpool::index_t k = 8; k <= rank; k *= 2)
      curve->emplace_back(static_cast<double>(k), 100 * evaluate_projected(photos, d, *plain, k).map);
}
