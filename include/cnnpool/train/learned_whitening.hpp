// Learned whitening (Lw) from pairs of descriptors that match (Radenovic, Tolias, Chum, ECCV 2016; Mikolajczyk, Matas,
// ICCV 2007):
//   m  = mean of the query rows of the pairs
//   S  = mean over the pairs of (xq - xp)(xq - xp)^T
//   P1 = inverse of the lower Cholesky factor of S, with 1e-10, 1e-9, ... times the unit matrix added until it has one
//   D  = SUM over all rows of P1 (x - m)(x - m)^T P1^T = E diag(lambda) E^T, lambda descending
//   P  = the first `dimensions` rows of E^T P1
// Everything is double. The entry of an eigenvector of D that is largest in absolute value is positive. variances() of
// the model are the lambda divided by the number of rows.
#pragma once

#include <Eigen/Cholesky>

#include <span>

#include "pca_whitening.hpp"

namespace cnnpool {

/// Rows q and p of the training data show the same thing.
struct matching_pair {
  index q = 0, p = 0;
};

struct learned_whitening_options {
  index dimensions = 0;  // 0: all
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

}  // namespace detail

template <training_rows M>
whitening fit_learned_whitening(const M& training, std::span<const matching_pair> pairs,
                                const learned_whitening_options& o = {}) {
  const index n = static_cast<index>(training.rows()), d = static_cast<index>(training.cols());
  const index dimensions = o.dimensions == 0 ? d : o.dimensions;
  if (pairs.empty() || d == 0) raise("fit_learned_whitening: ", pairs.size(), " pairs of rows of ", d, " components");
  if (dimensions < 1 || dimensions > d)
    raise("fit_learned_whitening: dimensions is ", o.dimensions, ", expected 1 to ", d, ", or 0 for all");
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (pairs[i].q < 0 || pairs[i].p < 0 || pairs[i].q >= n || pairs[i].p >= n)
      raise("fit_learned_whitening: pair ", i, " is rows ", pairs[i].q, " and ", pairs[i].p, " of ", n);

  detail::row_major x(n, d);
  index filled = 0;
  detail::each_block(training, "fit_learned_whitening", 0, [&](const detail::row_major& block) {
    x.middleRows(filled, block.rows()) = block;
    filled += static_cast<index>(block.rows());
  });
  const double count = static_cast<double>(pairs.size());
  Eigen::VectorXd m = Eigen::VectorXd::Zero(d);
  Eigen::MatrixXd differences(d, static_cast<index>(pairs.size()));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    m += x.row(pairs[i].q).transpose() / count;
    differences.col(static_cast<index>(i)) = (x.row(pairs[i].q) - x.row(pairs[i].p)).transpose();
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
  detail::eigenpairs pairs_of = detail::descending_eigenpairs(spread, "fit_learned_whitening");
  for (index k = 0; k < d; ++k) detail::make_largest_positive(pairs_of.vectors.col(k));
  // E^T P1 = (P1^T E)^T, and P1^T E solves L^T y = E.
  const Eigen::MatrixXd directions =
      factor.transpose().triangularView<Eigen::Upper>().solve(pairs_of.vectors.leftCols(dimensions));
  const std::span<const double> rows(directions.data(), static_cast<std::size_t>(directions.size()));
  std::vector<double> variances(pairs_of.values.data(), pairs_of.values.data() + d);
  for (double& v : variances) v /= static_cast<double>(n);
  return {shared_array<float>(
              detail::finite_floats({m.data(), static_cast<std::size_t>(d)}, "fit_learned_whitening", "the mean")),
          shared_array<float>(detail::finite_floats(rows, "fit_learned_whitening", "the matrix")), dimensions,
          shared_array<double>(std::move(variances))};
}

}  // namespace cnnpool
