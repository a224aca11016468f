// A codebook by k-means: k-means++ seeding (Arthur, Vassilvitskii, SODA 2007), then Lloyd's iterations.
//
//   fit_codebook(training, {.clusters = 64, .seed = 1})   rows or a range of rows: all kept in memory as float, Lloyd
//   fit_codebook(function, {...})                         a stream: the first rows are kept, for Lloyd; every row after
//                                                         them moves its nearest centre, once, and is gone
//   codebook_statistics                                   one Lloyd step over rows that lie on several machines
//
// A stream holds the first rows (64 per cluster, or first_rows), as floats, and one part; one that ends before is
// fitted like rows that are kept. It gives another codebook than the same rows as a range: where every part shows a bit
// of everything, its mean squared residual is 1 to 3 % larger (less with more first_rows); where one kind of rows comes
// after another, 17 to 47 %, so mix them (benchmarks/codebook.cpp measures both).
//
// The same seed gives the same codebook. A row belongs to the nearest centre by squared Euclidean distance (in double),
// the first of equally near ones. An empty cluster gets the row that is farthest from its own centre, unless every row
// lies on its centre: then the old centre stays. Fewer rows than clusters are an error with both numbers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "../core/descriptors.hpp"
#include "codebook_statistics.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct codebook_options {
  index_t clusters = 64;
  std::uint64_t seed = 1;
  int iterations = 25;      // Lloyd's; fewer when no centre moves any more
  index_t first_rows = 0;   // of a stream: kept, and what Lloyd sees; 0: 64 per cluster
};

namespace detail {

/// splitmix64, the same numbers everywhere.
class seeded_numbers {
 public:
  explicit seeded_numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 <= u < 1
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

inline void check_codebook(const codebook_options& o) {
  if (o.clusters < 1) raise("fit_codebook: clusters is ", o.clusters, ", expected at least 1");
  if (o.iterations < 0) raise("fit_codebook: iterations is ", o.iterations, ", expected 0 or more");
  if (o.first_rows != 0 && o.first_rows < o.clusters)
    raise("fit_codebook: first_rows is ", o.first_rows, ", expected at least the ", o.clusters, " clusters");
}

/// k-means++: each new centre is a row, drawn with its squared distance to the centres so far as its weight.
inline codebook seeded_codebook(const descriptors<float>& x, const codebook_options& o) {
  const index_t n = x.rows(), d = x.cols();
  seeded_numbers random(o.seed);
  std::vector<double> weight(static_cast<std::size_t>(n), 1);
  std::vector<float> centres;
  for (index_t k = 0; k < o.clusters; ++k) {
    double total = 0;
    for (const double w : weight) total += w;
    const double wanted = random.unit() * total;
    index_t chosen = 0;
    double so_far = 0;
    for (index_t i = 0; i < n; ++i) {  // the last row with a weight, should rounding pass them all
      const double w = weight[static_cast<std::size_t>(i)];
      if (w == 0) continue;
      chosen = i;
      so_far += w;
      if (so_far > wanted) break;
    }
    centres.insert(centres.end(), x.row(chosen).begin(), x.row(chosen).end());
    for (index_t i = 0; i < n; ++i) {
      double distance = 0;
      for (index_t j = 0; j < d; ++j) {
        const double apart = static_cast<double>(x(i, j)) - static_cast<double>(x(chosen, j));
        distance += apart * apart;
      }
      double& w = weight[static_cast<std::size_t>(i)];
      w = k == 0 ? distance : (std::min)(w, distance);
    }
  }
  return {std::span<const float>(centres), o.clusters};
}

inline bool same_centres(const codebook& a, const codebook& b) {
  return std::equal(a.centre_numbers().data(), a.centre_numbers().data() + a.centre_numbers().size(),
                    b.centre_numbers().data());
}

inline codebook lloyd(const descriptors<float>& x, const codebook_options& o) {
  if (x.rows() < o.clusters) raise("fit_codebook: ", o.clusters, " clusters from ", x.rows(), " rows");
  codebook now = seeded_codebook(x, o);
  for (int i = 0; i < o.iterations; ++i) {
    codebook_statistics s(now);
    s.add(x);
    const codebook next = s.next();
    if (same_centres(next, now)) break;
    now = next;
  }
  return now;
}

/// Rows in memory as float; grows by whole parts.
class collected_rows {
 public:
  template <training_rows M>
  void add(const M& rows) {
    const index_t cols = static_cast<index_t>(rows.cols());
    if (rows.rows() == 0) return;
    if (cols_ == 0) cols_ = cols;
    if (cols != cols_ || cols == 0) raise("fit_codebook: rows of ", cols, " components after rows of ", cols_);
    each_block(rows, "fit_codebook", this->rows(), [&](const row_major& block) {
      for (index_t i = 0; i < block.rows(); ++i)
        for (index_t j = 0; j < cols; ++j) values_.push_back(static_cast<float>(block(i, j)));
    });
  }
  index_t rows() const { return cols_ == 0 ? 0 : static_cast<index_t>(values_.size()) / cols_; }
  descriptors<float> take() {
    descriptors<float> r(rows(), cols_);
    std::copy(values_.begin(), values_.end(), r.data());
    std::vector<float>().swap(values_);
    return r;
  }

 private:
  index_t cols_ = 0;
  std::vector<float> values_;
};

}  // namespace detail

/// Mini-batch k-means (Sculley, WWW 2010) over rows that are not kept: Lloyd on the first rows; after that every centre
/// is the mean of the rows that it was nearest to when they came.
class streaming_codebook {
 public:
  explicit streaming_codebook(const codebook_options& o) : options_(o) {
    detail::check_codebook(o);
    if (options_.first_rows == 0) options_.first_rows = 64 * o.clusters;
  }
  template <training_rows M>
  void add(const M& rows) {
    if (codebook_.clusters() == 0) {
      first_.add(rows);
      if (first_.rows() >= options_.first_rows) start();
      return;
    }
    codebook_statistics s(codebook_);
    s.add(rows);
    take(s);
  }
  codebook fit() {
    if (codebook_.clusters() == 0) start();
    return codebook_;
  }

 private:
  void start() {
    const descriptors<float> rows = first_.take();
    codebook_ = detail::lloyd(rows, options_);
    counts_.assign(static_cast<std::size_t>(options_.clusters), 0);
    codebook_statistics s(codebook_);
    s.add(rows);
    for (index_t k = 0; k < options_.clusters; ++k) counts_[static_cast<std::size_t>(k)] = s.count(k);
  }
  void take(const codebook_statistics& s) {
    const index_t d = codebook_.dimensions();
    std::vector<double> centres(codebook_.centre_numbers().data(),
                                codebook_.centre_numbers().data() + codebook_.clusters() * d);
    for (index_t k = 0; k < codebook_.clusters(); ++k) {
      index_t& count = counts_[static_cast<std::size_t>(k)];
      if (s.count(k) == 0) continue;
      count += s.count(k);
      Eigen::Map<Eigen::RowVectorXd> centre(centres.data() + k * d, d);
      centre += (s.sum(k) - static_cast<double>(s.count(k)) * centre) / static_cast<double>(count);
    }
    codebook_ = codebook(centres, codebook_.clusters());
  }

  codebook_options options_;
  detail::collected_rows first_;
  codebook codebook_;
  std::vector<index_t> counts_;
};

template <class Training>
  requires training_data<std::remove_cvref_t<Training>>
codebook fit_codebook(Training&& training, const codebook_options& o = {}) {
  detail::check_codebook(o);
  if constexpr (training_source<std::remove_cvref_t<Training>>) {
    streaming_codebook s(o);
    detail::each_part(training, [&](const auto& rows) { s.add(rows); });
    return s.fit();
  } else {
    detail::collected_rows rows;
    detail::each_part(training, [&](const auto& part) { rows.add(part); });
    return detail::lloyd(rows.take(), o);
  }
}

}  // namespace cnnpool
