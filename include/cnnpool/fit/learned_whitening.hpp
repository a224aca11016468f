// Learned whitening (Lw) from pairs of descriptors that match (Radenovic, Tolias, Chum, ECCV 2016; Mikolajczyk, Matas,
// ICCV 2007):
//   m  = mean of the query rows of the pairs
//   S  = mean over the pairs of (xq - xp)(xq - xp)^T
//   P1 = inverse of the lower Cholesky factor of S; 1e-10, 1e-9, ... times the unit matrix are added until it has one
//   D  = SUM over all rows of P1 (x - m)(x - m)^T P1^T = E diag(lambda) E^T, lambda descending
//   P  = the first `dimensions` rows of E^T P1
//   fit_learned_whitening(training, pairs)     all rows at once; a pair is the numbers of two of them
//   matching_statistics                        rows and pairs in parts or on several machines; can be merged
// Everything is double. The entry of an eigenvector of D that is largest in absolute value is positive. variances() of
// the model are the lambdas divided by the number of rows.
#pragma once

#include "pca_whitening.hpp"

#include <Eigen/Cholesky>

#include <span>

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Rows q and p of the training data show the same thing.
struct matching_pair {
  index_t q = 0, p = 0;
};

struct learned_whitening_options {
  index_t dimensions = 0;  // 0: all
};

namespace detail {

template <class Matrix>
Matrix lower_factor(const Matrix& s) {
  for (double added = 0; added < 1e10; added = added == 0 ? 1e-10 : added * 10) {
    const Eigen::LLT<Matrix> factor(s + added * Matrix::Identity(s.rows(), s.cols()));
    // Rounding can let a singular matrix through with pivots that mean nothing.
    if (factor.info() == Eigen::Success && factor.rcond() > 0x1p-52 * static_cast<double>(s.rows()))
      return factor.matrixL();
  }
  raise("fit_learned_whitening: the differences of the pairs have no Cholesky factor");
}

/// From m, the factor of S, and D (the lower triangle) of n rows.
template <class Vector, class Matrix>
projection learned_model(const Vector& m, const Matrix& factor, const Matrix& spread, index_t n, index_t dimensions) {
  const index_t d = static_cast<index_t>(m.size());
  eigenpairs pairs_of = strongest_eigenpairs(spread, dimensions, "fit_learned_whitening");
  for (index_t k = 0; k < dimensions; ++k) make_largest_positive(pairs_of.vectors.col(k));
  // E^T P1 = (P1^T E)^T, and P1^T E solves L^T y = E.
  const Matrix directions =
      factor.transpose().template triangularView<Eigen::Upper>().solve(pairs_of.vectors.leftCols(dimensions));
  const std::span<const double> rows(directions.data(), static_cast<std::size_t>(directions.size()));
  std::vector<double> variances(pairs_of.values.data(), pairs_of.values.data() + d);
  for (double& v : variances) v /= static_cast<double>(n);
  const std::span<const double> mean(m.data(), static_cast<std::size_t>(d));
  return {shared_array<float>(finite_floats(mean, "fit_learned_whitening", "the mean")),
          shared_array<float>(finite_floats(rows, "fit_learned_whitening", "the matrix")), dimensions,
          shared_array<double>(std::move(variances))};
}

}  // namespace detail

template <training_rows M>
projection fit_learned_whitening(const M& training, std::span<const matching_pair> pairs,
                                const learned_whitening_options& o = {}) {
  const index_t n = static_cast<index_t>(training.rows()), d = static_cast<index_t>(training.cols());
  const index_t dimensions = o.dimensions == 0 ? d : o.dimensions;
  if (pairs.empty() || d == 0) raise("fit_learned_whitening: ", pairs.size(), " pairs of rows of ", d, " components");
  if (dimensions < 1 || dimensions > d)
    raise("fit_learned_whitening: dimensions is ", o.dimensions, ", expected 1 to ", d, ", or 0 for all");
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (pairs[i].q < 0 || pairs[i].p < 0 || pairs[i].q >= n || pairs[i].p >= n)
      raise("fit_learned_whitening: pair ", i, " is rows ", pairs[i].q, " and ", pairs[i].p, " of ", n);

  detail::row_major x(n, d);
  index_t filled = 0;
  detail::each_block(training, "fit_learned_whitening", 0, [&](const detail::row_major& block) {
    x.middleRows(filled, block.rows()) = block;
    filled += block.rows();
  });
  const double count = static_cast<double>(pairs.size());
  Eigen::VectorXd m = Eigen::VectorXd::Zero(d);
  Eigen::MatrixXd differences(d, static_cast<index_t>(pairs.size()));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    m += x.row(pairs[i].q).transpose() / count;
    differences.col(static_cast<index_t>(i)) = (x.row(pairs[i].q) - x.row(pairs[i].p)).transpose();
  }
  Eigen::MatrixXd s = Eigen::MatrixXd::Zero(d, d);
  s.selfadjointView<Eigen::Lower>().rankUpdate(differences, 1 / count);
  s.triangularView<Eigen::StrictlyUpper>() = s.transpose();
  const Eigen::MatrixXd factor = detail::lower_factor(s);

  // P1 (x - m) for all rows at once, by substitution instead of an inverse.
  const Eigen::MatrixXd centred = (x.rowwise() - m.transpose()).transpose();
  const Eigen::MatrixXd whitened = factor.triangularView<Eigen::Lower>().solve(centred);
  Eigen::MatrixXd spread = Eigen::MatrixXd::Zero(d, d);
  spread.selfadjointView<Eigen::Lower>().rankUpdate(whitened);
  return detail::learned_model(m, factor, spread, n, dimensions);
}

/// What learned whitening keeps of its training data: the mean and covariance of all rows, and for the pairs the mean
/// of their queries and S. Real is double; a template for the same reason as basic_covariance.
template <class Real>
class basic_matching_statistics {
 public:
  /// Adds rows of the training set; every row once, also those that are in pairs.
  template <training_rows M>
  void add(const M& rows) {
    all_.add(rows);
  }
  /// Adds pairs: row i of `queries` and row i of `matches` show the same thing. They do not count as training rows.
  template <training_rows Q, training_rows M>
  void add_pairs(const Q& queries, const M& matches) {
    const index_t n = static_cast<index_t>(queries.rows()), d = static_cast<index_t>(queries.cols());
    if (static_cast<index_t>(matches.rows()) != n || static_cast<index_t>(matches.cols()) != d)
      raise("matching_statistics: ", n, " x ", d, " queries and ", matches.rows(), " x ", matches.cols(),
            " matches, expected as many of one size");
    if (n == 0) return;
    if (pairs_ != 0 && d != static_cast<index_t>(mean_.size()))
      raise("matching_statistics: pairs of ", d, " components after pairs of ", mean_.size());
    detail::row_major q(n, d), m(n, d);
    const auto copy = [](const auto& from, detail::row_major& to, index_t before) {
      index_t filled = 0;
      detail::each_block(from, "matching_statistics", before, [&](const detail::row_major& block) {
        to.middleRows(filled, block.rows()) = block;
        filled += block.rows();
      });
    };
    copy(queries, q, pairs_);
    copy(matches, m, pairs_);
    const Eigen::MatrixX<Real> apart = (q - m).transpose();
    Eigen::MatrixX<Real> own = Eigen::MatrixX<Real>::Zero(d, d);
    own.template selfadjointView<Eigen::Lower>().rankUpdate(apart);
    fold(n, q.colwise().mean().transpose(), own);
  }
  /// Adds what another object has read.
  void merge(const basic_matching_statistics& other) {
    if (&other == this) return merge(basic_matching_statistics(other));
    if (pairs_ != 0 && other.pairs_ != 0 && mean_.size() != other.mean_.size())
      raise("matching_statistics: pairs of ", other.mean_.size(), " components after pairs of ", mean_.size());
    all_.merge(other.all_);
    if (other.pairs_ != 0) fold(other.pairs_, other.mean_, other.differences_);
  }

  index_t count() const { return all_.count(); }
  index_t pairs() const { return pairs_; }

  projection fit(const learned_whitening_options& o = {}) const {
    const index_t d = all_.dimensions(), dimensions = o.dimensions == 0 ? d : o.dimensions;
    if (pairs_ == 0 || d == 0) raise("fit_learned_whitening: ", pairs_, " pairs of rows of ", d, " components");
    if (static_cast<index_t>(mean_.size()) != d)
      raise("fit_learned_whitening: pairs of ", mean_.size(), " components, rows of ", d);
    if (dimensions < 1 || dimensions > d)
      raise("fit_learned_whitening: dimensions is ", o.dimensions, ", expected 1 to ", d, ", or 0 for all");
    Eigen::MatrixX<Real> s = differences_ / static_cast<double>(pairs_);
    s.template triangularView<Eigen::StrictlyUpper>() = s.transpose();
    const Eigen::MatrixX<Real> factor = detail::lower_factor(s);
    // SUM (x-m)(x-m)^T around the queries' mean, from what is known around the rows' own.
    Eigen::MatrixX<Real> about = Eigen::MatrixX<Real>::Zero(d, d);
    if (all_.folded()) {
      about = all_.scatter();
    } else {
      const Eigen::MatrixX<Real> centred = (all_.kept_rows().rowwise() - all_.mean().transpose()).transpose();
      about.template selfadjointView<Eigen::Lower>().rankUpdate(centred);
    }
    const Eigen::VectorX<Real> shift = all_.mean() - mean_;
    about.template selfadjointView<Eigen::Lower>().rankUpdate(shift, static_cast<double>(all_.count()));
    about.template triangularView<Eigen::StrictlyUpper>() = about.transpose();
    const auto solve = factor.template triangularView<Eigen::Lower>();
    const Eigen::MatrixX<Real> half = solve.solve(about);
    const Eigen::MatrixX<Real> spread = solve.solve(half.transpose().eval());
    return detail::learned_model(mean_, factor, spread, all_.count(), dimensions);
  }

 private:
  void fold(index_t n, const Eigen::VectorX<Real>& mean, const Eigen::MatrixX<Real>& differences) {
    const double theirs = static_cast<double>(n), all = static_cast<double>(pairs_) + theirs;
    if (pairs_ == 0) {
      mean_ = mean;
      differences_ = differences;
    } else {
      mean_ += (mean - mean_) * (theirs / all);
      differences_ += differences;
    }
    pairs_ += n;
  }

  basic_covariance<Real> all_;
  index_t pairs_ = 0;
  Eigen::VectorX<Real> mean_;         // of the queries
  Eigen::MatrixX<Real> differences_;  // SUM (xq - xp)(xq - xp)^T, the lower triangle
};

using matching_statistics = basic_matching_statistics<double>;

}  // namespace cnnpool
