// Eigenvalues and eigenvectors of a symmetric matrix, the strongest first: all of them, or all values and some vectors.
//
// For some vectors the matrix is made tridiagonal (Householder), its values come from implicit QR without vectors, and
// each vector that is asked for from inverse iteration on the tridiagonal matrix, orthogonalised against the vectors of
// values that are close: most of the time of all vectors goes into rotating those that nobody reads. The residual of
// every vector is looked at; should one be large, all vectors are computed by implicit QR.
#pragma once

#include "training_rows.hpp"

#include <Eigen/Eigenvalues>

#include <cstdint>
#include <vector>

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Vectors are columns; there may be fewer of them than values.
struct eigenpairs {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

template <class Matrix>
eigenpairs all_eigenpairs(const Matrix& lower, const char* where) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(lower);
  if (solver.info() != Eigen::Success)
    raise(where, ": the eigenvalues of ", lower.rows(), " x ", lower.cols(), " did not converge");
  return {solver.eigenvalues().reverse(), solver.eigenvectors().rowwise().reverse()};
}

/// T - shift = P L U by elimination with row exchanges, for a symmetric tridiagonal T.
class shifted_tridiagonal {
 public:
  shifted_tridiagonal(const Eigen::VectorXd& diagonal, const Eigen::VectorXd& beside, double shift, double tiny)
      : upper_(static_cast<std::size_t>(diagonal.size())) {
    const Eigen::Index n = diagonal.size();
    double pivot = diagonal[0] - shift, next = n > 1 ? beside[0] : 0;
    for (Eigen::Index i = 0; i + 1 < n; ++i) {
      row& r = upper_[static_cast<std::size_t>(i)];
      const double below = beside[i], after = diagonal[i + 1] - shift, last = i + 2 < n ? beside[i + 1] : 0;
      r.exchanged = (std::abs)(pivot) < (std::abs)(below);
      if (r.exchanged) {
        r = {below, after, last, pivot / below, true};
        pivot = next - r.factor * after;
        next = -r.factor * last;
      } else {
        if (pivot == 0) pivot = tiny;
        r = {pivot, next, 0, below / pivot, false};
        pivot = after - r.factor * next;
        next = last;
      }
    }
    upper_.back().pivot = pivot == 0 ? tiny : pivot;
  }
  /// v = (T - shift)^-1 v; without the lower factor, for a v that is arbitrary anyway.
  template <class Vector>
  void solve(Vector& v, bool lower) const {
    const Eigen::Index n = v.size();
    for (Eigen::Index i = 0; lower && i + 1 < n; ++i) {
      const row& r = upper_[static_cast<std::size_t>(i)];
      if (r.exchanged) std::swap(v[i], v[i + 1]);
      v[i + 1] -= r.factor * v[i];
    }
    for (Eigen::Index i = n - 1; i >= 0; --i) {
      const row& r = upper_[static_cast<std::size_t>(i)];
      double x = v[i];
      if (i + 1 < n) x -= r.next * v[i + 1];
      if (i + 2 < n) x -= r.last * v[i + 2];
      v[i] = x / r.pivot;
      if ((std::abs)(v[i]) > 1e200) v *= 1e-200;
    }
  }

 private:
  struct row {
    double pivot = 0, next = 0, last = 0, factor = 0;
    bool exchanged = false;
  };
  std::vector<row> upper_;
};

/// The eigenvectors of a tridiagonal matrix for the values given, which descend; false if one is not good.
inline bool tridiagonal_vectors(const Eigen::VectorXd& diagonal, const Eigen::VectorXd& beside,
                                const Eigen::VectorXd& values, Eigen::MatrixXd& vectors) {
  const Eigen::Index n = diagonal.size();
  double norm = 0;
  for (Eigen::Index i = 0; i < n; ++i)
    norm = (std::max)(norm, (std::abs)(diagonal[i]) + (i > 0 ? (std::abs)(beside[i - 1]) : 0) +
                                (i + 1 < n ? (std::abs)(beside[i]) : 0));
  if (norm == 0) norm = 1;
  const double rounding = 0x1p-52 * norm, apart = 1e-4 * norm;
  std::uint64_t state = 1;  // a start that is orthogonal to no eigenvector, the same every time
  Eigen::Index group = 0;   // the first vector whose value is close to this one's, or to one that is
  double shift = 0;
  for (Eigen::Index j = 0; j < values.size(); ++j) {
    if (j > 0 && values[j - 1] - values[j] > apart) group = j;
    // Equal shifts would find equal vectors.
    shift = j > group ? (std::min)(values[j], shift - 8 * rounding) : values[j];
    const shifted_tridiagonal t(diagonal, beside, shift, rounding);
    auto v = vectors.col(j);
    for (Eigen::Index i = 0; i < n; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      v[i] = static_cast<double>(state >> 11) * 0x1p-53 - 0.5;
    }
    for (int turn = 0; turn < 3; ++turn) {
      t.solve(v, turn > 0);
      v /= v.cwiseAbs().maxCoeff();
      for (int again = 0; again < 2 && j > group; ++again) {
        const auto others = vectors.middleCols(group, j - group);
        const Eigen::VectorXd along = others.transpose() * v;
        v.noalias() -= others * along;
      }
      v.normalize();
    }
    Eigen::VectorXd residual = (diagonal.array() - values[j]).matrix().cwiseProduct(v);
    residual.head(n - 1) += beside.cwiseProduct(v.tail(n - 1));
    residual.tail(n - 1) += beside.cwiseProduct(v.head(n - 1));
    if (!(residual.norm() <= 1e-12 * norm)) return false;
  }
  return true;
}

/// All values, and the vectors of the `count` strongest.
template <class Matrix>
eigenpairs strongest_eigenpairs(const Matrix& lower, Eigen::Index count, const char* where) {
  const Eigen::Index n = lower.rows();
  if (count > n / 2 || n < 32) return all_eigenpairs(lower, where);
  const double largest = lower.template triangularView<Eigen::Lower>().toDenseMatrix().cwiseAbs().maxCoeff();
  const double scale = largest > 0 ? largest : 1;  // or the squares of small numbers would be lost
  const Eigen::Tridiagonalization<Matrix> tridiagonal(lower / scale);
  const Eigen::VectorXd diagonal = tridiagonal.diagonal(), beside = tridiagonal.subDiagonal();
  Eigen::SelfAdjointEigenSolver<Matrix> solver;
  solver.computeFromTridiagonal(diagonal, beside, Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success) return all_eigenpairs(lower, where);
  eigenpairs r{solver.eigenvalues().reverse(), Eigen::MatrixXd(n, count)};
  if (!tridiagonal_vectors(diagonal, beside, r.values.head(count), r.vectors)) return all_eigenpairs(lower, where);
  r.values *= scale;
  r.vectors.applyOnTheLeft(tridiagonal.matrixQ());
  return r;
}

}  // namespace cnnpool::detail
