// Training rows divided by their Euclidean norms (below 1e-12 it counts as 1e-12, as in l2 and in VLAD's .input_l2):
//
//   codebook words = fit_codebook(unit_rows(position_rows(patches)), {.clusters = 32});
//   pool(patches, vlad(words, {.cosine = true, .input_l2 = true, .intra = true}))
//
// AnyLoc's vocabulary (Keetha et al., RA-L 2024) is fitted to such rows: VLAD makes its rows unit vectors too, and
// centres of rows as they are would lie elsewhere. Every row is read once for its norm, which is kept (8 bytes a row);
// quotients are double. The rows are kept by value: positions or a span are a view, whose memory must outlive it, and
// descriptors are copied. A row that is not finite stays as it is, so that the fit names its component.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "training_rows.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <training_rows M>
class unit_rows {
 public:
  explicit unit_rows(M rows) : rows_(std::move(rows)) {
    const index_t count = this->rows();
    norms_.reserve(static_cast<std::size_t>(count));
    for (index_t i = 0; i < count; ++i) norms_.push_back(divisor(i));
  }

  index_t rows() const { return static_cast<index_t>(rows_.rows()); }
  index_t cols() const { return static_cast<index_t>(rows_.cols()); }
  double operator()(index_t i, index_t j) const { return element(i, j) / norms_[static_cast<std::size_t>(i)]; }

 private:
  double element(index_t i, index_t j) const {
    using I = decltype(rows_.rows());
    return static_cast<double>(rows_(static_cast<I>(i), static_cast<I>(j)));
  }
  double divisor(index_t i) const {
    double squares = 0, norm = 0;
    for (index_t j = 0; j < cols(); ++j) squares += element(i, j) * element(i, j);
    norm = std::sqrt(squares);
    if (!std::isfinite(norm)) {  // squares of doubles may be too large where the norm is not; hypot takes longer
      norm = 0;
      for (index_t j = 0; j < cols(); ++j) norm = std::hypot(norm, element(i, j));
    }
    return std::isfinite(norm) ? (std::max)(norm, 1e-12) : 1;
  }

  M rows_;
  std::vector<double> norms_;
};

}  // namespace cnnpool
