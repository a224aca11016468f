// PCA whitening from training descriptors (Jegou, Chum, ECCV 2012):
//   m = mean, Cov = (1/n) SUM (x-m)(x-m)^T = E diag(lambda) E^T, lambda descending,
//   P = diag((lambda_i + epsilon)^(-power)) E^T, the first `dimensions` rows.
//
// power = 0.5 whitens, 0 is plain PCA. shrinkage s replaces lambda by (1-s) lambda + s trace(Cov)/d first. The entry of
// an eigenvector that is largest in absolute value is positive (the first of equal ones).
//
// Everything is double. covariance reads rows in any number of calls, and two of them can be merged, with the same
// result up to rounding, so that training can be spread over machines. It holds at most d rows or d x d numbers. With
// fewer rows than dimensions the eigenvectors come from the n x n Gram matrix. Directions with lambda <= d 2^-52
// lambda_0 do not count (the effective rank); asking for more dimensions is an error with both numbers.
#pragma once

#include "eigenpairs.hpp"

#include <algorithm>
#include <vector>

#include "../post/projection.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Mean and covariance of rows that come in parts. Real is double; it is a template so that a program that includes
/// this and fits nothing does not compile Eigen's kernels.
template <class Real>
class basic_covariance {
 public:
  index_t count() const { return count_; }
  /// 0 before the first row.
  index_t dimensions() const { return dimensions_; }

  template <training_rows M>
  void add(const M& rows) {
    if (rows.rows() == 0) return;
    expect(static_cast<index_t>(rows.cols()));
    // Nothing is taken unless all of it is good.
    detail::each_block(rows, "covariance::add", count_, [](const auto&) {});
    detail::each_block(rows, "covariance::add", count_, [&](const detail::row_major& block) { add_block(block); });
  }

  /// Adds what another object has read.
  void merge(const basic_covariance& other) {
    if (other.count_ == 0) return;
    if (&other == this) return merge(basic_covariance(other));
    expect(other.dimensions_);
    if (!other.folded_) return add_block(other.kept_rows());
    fold_kept();
    scatter_.template triangularView<Eigen::Lower>() += other.scatter_;
    fold(other.count_, other.mean_);
  }

  Eigen::VectorX<Real> mean() const {
    if (folded_) return mean_;
    return kept_rows().colwise().mean().transpose();
  }
  /// True when there are more rows than dimensions: scatter() then has what they gave, otherwise kept_rows() does.
  bool folded() const { return folded_; }
  /// SUM (x-m)(x-m)^T, the lower triangle.
  const Eigen::MatrixX<Real>& scatter() const { return scatter_; }
  Eigen::Map<const detail::row_major> kept_rows() const {
    return {kept_.data(), folded_ ? 0 : count_, dimensions_};
  }

 private:
  void expect(index_t d) {
    if (dimensions_ == 0) dimensions_ = d;
    if (d != dimensions_ || d == 0)
      raise("covariance: rows of ", d, " components after rows of ", dimensions_);
  }
  template <class Block>
  void add_block(const Block& block) {
    if (!folded_ && count_ + block.rows() <= dimensions_) {
      for (index_t i = 0; i < block.rows(); ++i)
        for (index_t j = 0; j < dimensions_; ++j) kept_.push_back(block(i, j));
      count_ += block.rows();
      return;
    }
    fold_kept();
    fold_rows(block);
  }
  void fold_kept() {
    if (folded_) return;
    const detail::row_major rows = kept_rows();
    folded_ = true;
    count_ = 0;
    std::vector<double>().swap(kept_);
    mean_ = Eigen::VectorX<Real>::Zero(dimensions_);
    scatter_ = Eigen::MatrixX<Real>::Zero(dimensions_, dimensions_);
    if (rows.rows() != 0) fold_rows(rows);
  }
  template <class Block>
  void fold_rows(const Block& block) {
    const Eigen::VectorX<Real> m = block.colwise().mean().transpose();
    const Eigen::MatrixX<Real> centred = (block.rowwise() - m.transpose()).transpose();
    scatter_.template selfadjointView<Eigen::Lower>().rankUpdate(centred);
    fold(static_cast<index_t>(block.rows()), m);
  }
  /// n rows of this mean, whose scatter has been added.
  void fold(index_t n, const Eigen::VectorX<Real>& m) {
    const double mine = static_cast<double>(count_), theirs = static_cast<double>(n), all = mine + theirs;
    const Eigen::VectorX<Real> apart = m - mean_;
    scatter_.template selfadjointView<Eigen::Lower>().rankUpdate(apart, mine / all * theirs);
    mean_ += apart * (theirs / all);
    count_ += n;
  }

  index_t count_ = 0, dimensions_ = 0;
  bool folded_ = false;
  std::vector<double> kept_;
  Eigen::VectorX<Real> mean_;
  Eigen::MatrixX<Real> scatter_;
};

using covariance = basic_covariance<double>;

struct pca_options {
  index_t dimensions = 0;  // 0: the effective rank
  double power = 0.5;    // 0: plain PCA
  double epsilon = 0;    // added to every eigenvalue
  double shrinkage = 0;  // 0 to 1: how far the eigenvalues are drawn to their mean
};

namespace detail {

template <class Vector>
void make_largest_positive(Vector&& v) {
  Eigen::Index largest = 0;
  for (Eigen::Index i = 1; i < v.size(); ++i)
    if ((std::abs)(v[i]) > (std::abs)(v[largest])) largest = i;
  if (v[largest] < 0) v = -v;
}

/// The vectors of the `wanted` strongest, or more; 0: all.
template <class Real>
eigenpairs principal_directions(const basic_covariance<Real>& c, index_t wanted, double& trace) {
  const double n = static_cast<double>(c.count());
  if (c.folded()) {
    trace = c.scatter().trace() / n;
    return strongest_eigenpairs(Eigen::MatrixX<Real>(c.scatter() / n), wanted == 0 ? c.dimensions() : wanted,
                                "fit_pca_whitening");
  }
  const row_major rows = c.kept_rows();
  const Eigen::MatrixX<Real> centred = rows.rowwise() - rows.colwise().mean();
  Eigen::MatrixX<Real> gram = Eigen::MatrixX<Real>::Zero(rows.rows(), rows.rows());
  gram.template selfadjointView<Eigen::Lower>().rankUpdate(centred, 1 / n);
  trace = gram.trace();
  // Around their mean, n rows span n - 1 directions at most; directions below rounding stay zero and are dropped later.
  const index_t most = rows.rows() - 1, some = wanted == 0 || wanted > most ? most : wanted;
  eigenpairs pairs = strongest_eigenpairs(gram, some, "fit_pca_whitening");
  pairs.values.conservativeResize(most);
  Eigen::MatrixX<Real> directions = centred.transpose() * pairs.vectors.leftCols(some);
  for (Eigen::Index i = 0; i < directions.cols(); ++i) directions.col(i).normalize();
  return {std::move(pairs.values), std::move(directions)};
}

template <class Real>
void check_pca(const basic_covariance<Real>& c, const pca_options& o) {
  if (c.count() < 2) raise("fit_pca_whitening: ", c.count(), " training rows, expected at least 2");
  if (o.dimensions < 0)
    raise("fit_pca_whitening: dimensions is ", o.dimensions, ", expected 1 or more, or 0 for the rank");
  if (!(o.power >= 0 && o.power <= 0.5)) raise("fit_pca_whitening: power is ", o.power, ", expected 0 to 0.5");
  if (!(o.epsilon >= 0) || !std::isfinite(o.epsilon))
    raise("fit_pca_whitening: epsilon is ", o.epsilon, ", expected a finite number of at least 0");
  if (!(o.shrinkage >= 0 && o.shrinkage <= 1))
    raise("fit_pca_whitening: shrinkage is ", o.shrinkage, ", expected 0 to 1");
}

}  // namespace detail

template <class Real>
projection fit_pca_whitening(const basic_covariance<Real>& c, const pca_options& o = {}) {
  detail::check_pca(c, o);
  double trace = 0;
  detail::eigenpairs pairs = detail::principal_directions(c, o.dimensions, trace);
  const index_t d = c.dimensions();
  const double smallest = static_cast<double>(d) * 0x1p-52 * (pairs.values.size() > 0 ? pairs.values[0] : 0);
  index_t rank = 0;
  while (rank < pairs.values.size() && pairs.values[rank] > smallest) ++rank;
  const index_t dimensions = o.dimensions == 0 ? rank : o.dimensions;
  if (dimensions > rank || rank == 0)
    raise("fit_pca_whitening: ", o.dimensions, " dimensions from training data of effective rank ", rank, " (",
          c.count(), " rows of ", d, " components)");
  std::vector<double> factors;
  for (index_t k = 0; k < dimensions; ++k) {
    const double lambda = (1 - o.shrinkage) * pairs.values[k] + o.shrinkage * trace / static_cast<double>(d);
    detail::make_largest_positive(pairs.vectors.col(k));
    factors.push_back(std::pow(lambda + o.epsilon, -o.power));
  }
  const auto number = [&](std::size_t i) {
    const index_t k = static_cast<index_t>(i) / d, j = static_cast<index_t>(i) % d;
    return static_cast<double>(pairs.vectors(j, k)) * factors[static_cast<std::size_t>(k)];
  };
  const Eigen::VectorX<Real> m = c.mean();
  return {kernel::shared_array<float>(
              detail::finite_floats({m.data(), static_cast<std::size_t>(d)}, "fit_pca_whitening", "the mean")),
          kernel::shared_array<float>(detail::finite_floats(
              static_cast<std::size_t>(dimensions * d), number, "fit_pca_whitening", "the matrix")), dimensions,
          kernel::shared_array<double>(std::vector<double>(pairs.values.data(), pairs.values.data() + rank))};
}

/// training: rows, a range of rows, or a function that returns the next rows; see training_rows.hpp.
template <class Training>
  requires training_data<std::remove_cvref_t<Training>>
projection fit_pca_whitening(Training&& training, const pca_options& o = {}) {
  covariance c;
  detail::each_part(training, [&](const auto& rows) { c.add(rows); });
  return fit_pca_whitening(c, o);
}

}  // namespace cnnpool
