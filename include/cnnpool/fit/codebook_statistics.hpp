// One step of Lloyd's k-means over rows that come in parts or lie on several machines: every machine adds its rows, the
// statistics are merged, next() gives the codebook of the next step.
//
// A row belongs to the nearest centre by squared Euclidean distance (in double), the first of equally near ones. An
// empty cluster gets the row that is farthest from its own centre, unless every row lies on its centre: then the old
// centre stays. Merging in a different order changes only the rounding of sums, and which rows are chosen among equally
// distant ones.
#pragma once

#include <algorithm>
#include <vector>

#include "../policy/codebook.hpp"
#include "training_rows.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// Nearest centre of every row of a block, and the squared distance to it.
struct nearest_centres {
  row_major centres;
  Eigen::VectorXd norms;

  explicit nearest_centres(const codebook& c) : centres(c.clusters(), c.dimensions()) {
    for (index_t k = 0; k < c.clusters(); ++k)
      for (index_t j = 0; j < c.dimensions(); ++j) centres(k, j) = static_cast<double>(c.centres()(k, j));
    norms = centres.rowwise().squaredNorm();
  }
  /// f(row of the block, centre, squared distance)
  template <class F>
  void visit(const row_major& block, const F& f) const {
    const row_major products = block * centres.transpose();
    for (index_t i = 0; i < block.rows(); ++i) {
      index_t best = 0;
      for (index_t k = 1; k < norms.size(); ++k)
        if (norms[k] - 2 * products(i, k) < norms[best] - 2 * products(i, best)) best = k;
      f(i, best, (block.row(i) - centres.row(best)).squaredNorm());
    }
  }
};

}  // namespace detail

/// For each centre, the rows nearest to it: how many, and their sum; and the rows that are farthest from their centre.
class codebook_statistics {
 public:
  explicit codebook_statistics(const codebook& c) : codebook_(c), nearest_(c) {
    if (c.clusters() == 0) raise("codebook_statistics: the codebook is empty");
    counts_.assign(static_cast<std::size_t>(c.clusters()), 0);
    sums_ = detail::row_major::Zero(c.clusters(), c.dimensions());
  }

  template <training_rows M>
  void add(const M& rows) {
    expect(static_cast<index_t>(rows.cols()));
    detail::each_block(rows, "codebook_statistics::add", count_, [](const auto&) {});
    detail::each_block(rows, "codebook_statistics::add", count_, [&](const detail::row_major& block) {
      nearest_.visit(block, [&](index_t i, index_t k, double distance) {
        ++counts_[static_cast<std::size_t>(k)];
        sums_.row(k) += block.row(i);
        error_ += distance;
        remember(distance, k, block.row(i));
      });
      count_ += block.rows();
    });
  }
  /// Adds the rows that another object has read, with the same codebook.
  void merge(const codebook_statistics& other) {
    expect(other.nearest_.centres.cols());
    if (nearest_.centres != other.nearest_.centres)
      raise("codebook_statistics::merge: they belong to different codebooks");
    if (&other == this) return merge(codebook_statistics(other));
    for (std::size_t k = 0; k < counts_.size(); ++k) counts_[k] += other.counts_[k];
    sums_ += other.sums_;
    error_ += other.error_;
    count_ += other.count_;
    for (const far_row& f : other.farthest_) remember(f.distance, f.centre, f.row);
  }

  index_t count() const { return count_; }
  /// The number of rows whose nearest centre is k.
  index_t count(index_t k) const { return counts_[static_cast<std::size_t>(k)]; }
  /// Their sum.
  Eigen::RowVectorXd sum(index_t k) const { return sums_.row(k); }
  /// SUM of the squared distances to the nearest centres.
  double error() const { return error_; }

  /// The means of the clusters: one step of Lloyd's.
  codebook next() const {
    detail::row_major sums = sums_;
    std::vector<index_t> counts = counts_;
    std::size_t used = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] != 0) continue;
      // A row that is alone in its cluster would leave that one empty.
      while (used < farthest_.size() && counts[static_cast<std::size_t>(farthest_[used].centre)] < 2) ++used;
      if (used == farthest_.size() || farthest_[used].distance == 0) {
        sums.row(static_cast<index_t>(k)) = nearest_.centres.row(static_cast<index_t>(k));
        counts[k] = 1;
        continue;
      }
      const far_row& f = farthest_[used++];
      --counts[static_cast<std::size_t>(f.centre)];
      sums.row(f.centre) -= f.row;
      sums.row(static_cast<index_t>(k)) = f.row;
      counts[k] = 1;
    }
    for (std::size_t k = 0; k < counts.size(); ++k) sums.row(static_cast<index_t>(k)) /= static_cast<double>(counts[k]);
    return {std::span<const double>(sums.data(), static_cast<std::size_t>(sums.size())), codebook_.clusters()};
  }

 private:
  struct far_row {
    double distance;
    index_t centre;
    Eigen::RowVectorXd row;
  };
  void expect(index_t d) const {
    if (d != codebook_.dimensions())
      raise("codebook_statistics: rows of ", d, " components for a codebook of ", codebook_.dimensions());
  }
  /// Keeps as many as there are clusters, the farthest first, equally far ones in order.
  template <class Row>
  void remember(double distance, index_t centre, const Row& row) {
    const std::size_t most = counts_.size();
    if (farthest_.size() == most && distance <= farthest_.back().distance) return;
    if (farthest_.size() == most) farthest_.pop_back();
    const auto at = std::upper_bound(farthest_.begin(), farthest_.end(), distance,
                                     [](double x, const far_row& f) { return x > f.distance; });
    farthest_.insert(at, far_row{distance, centre, row});
  }

  codebook codebook_;
  detail::nearest_centres nearest_;
  std::vector<index_t> counts_;
  detail::row_major sums_;
  double error_ = 0;
  index_t count_ = 0;
  std::vector<far_row> farthest_;
};

}  // namespace cnnpool
