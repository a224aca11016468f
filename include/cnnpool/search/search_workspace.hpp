// The memory of a search by products, kept between calls, and what lies in it.
//
// Rows become rows of length 1 in float. The product of two of them is their cosine with an error of at most
// (d + 8) 2^-24: the cosine of the search itself, and with the lengths in double the Euclidean distance.
#pragma once

#include <limits>

#include "../backend/cpu/cpu.hpp"
#if CNNPOOL_USES_LIBRARY
#include "../library.hpp"
#endif
#include "neighbours.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// One side of a product: rows in float, of length 1, and their lengths in double.
class search_side {
 public:
  void clear(index_t cols) {
    cols_ = cols;
    rows_ = 0;
  }
  /// A row whose length is not a safe number is given as zeros, and `doubtful` says so.
  template <class T>
  void push_back(std::span<T> row) {
    const std::size_t first = static_cast<std::size_t>(rows_ * cols_), at = static_cast<std::size_t>(rows_);
    reach(values_, first + row.size());
    reach(norms_, at + 1);
    reach(doubtful_, at + 1);
    const double norm = norm_of(row);
    norms_[at] = norm;
    // Where squares leave the range of double (1e150 leaves room for their sum), the length says nothing.
    const bool zero = norm == 0 && std::ranges::all_of(row, [](auto x) { return x == 0; });
    doubtful_[at] = !(norm < 1e150) || (norm < 1e-140 && !zero);
    const bool safe = doubtful_[at] == 0 && !zero;
    const double inverse = 1 / norm;  // one double rounding more, which the bound has room for
    for (std::size_t j = 0; j < row.size(); ++j)
      values_[first + j] = safe ? static_cast<float>(static_cast<double>(row[j]) * inverse) : 0.f;
    ++rows_;
  }
  /// So that so many rows allocate nothing; what is there stays.
  void reserve(index_t rows, index_t cols) {
    values_.reserve(static_cast<std::size_t>(rows * cols));
    norms_.reserve(static_cast<std::size_t>(rows));
    doubtful_.reserve(static_cast<std::size_t>(rows));
  }
  index_t rows() const { return rows_; }
  index_t cols() const { return cols_; }
  const float* data() const { return values_.data(); }
  double norm(index_t i) const { return norms_[static_cast<std::size_t>(i)]; }
  bool doubtful(index_t i) const { return doubtful_[static_cast<std::size_t>(i)] != 0; }

 private:
  /// Never smaller: what was allocated is used again.
  template <class V>
  static void reach(V& v, std::size_t size) {
    if (v.size() < size) v.resize(size);
  }
  index_t rows_ = 0, cols_ = 0;
  std::vector<float> values_;
  std::vector<double> norms_;
  std::vector<char> doubtful_;
};

/// products(i, j) = row i of a times row j of b, for the first `rows` rows of b.
class search_products {
 public:
  void compute(const search_side& a, const search_side& b, index_t rows) {
    cols_ = rows;
    values_.resize(static_cast<std::size_t>(a.rows() * rows));
    if (a.cols() == 0) std::ranges::fill(values_, 0.f);
    else in_workspace(memory_, [&](scratch& s) { multiply_rows(s, a.data(), a.rows(), b.data(), rows, a.cols()); });
  }
  /// So that products of a_rows with b_rows or fewer allocate nothing.
  void reserve(index_t a_rows, index_t b_rows, index_t cols) {
    values_.reserve(static_cast<std::size_t>(a_rows * b_rows));
    const auto* nowhere = reinterpret_cast<const float*>(scratch::alignment);  // never read
    scratch measure;
    if (a_rows > 0 && b_rows > 0 && cols > 0) multiply_rows(measure, nowhere, a_rows, nowhere, b_rows, cols);
    memory_.reserve(measure.peak());
  }
  float operator()(index_t i, index_t j) const { return values_[static_cast<std::size_t>(i * cols_ + j)]; }

 private:
  void multiply_rows(scratch& s, const float* a, index_t a_rows, const float* b, index_t b_rows, index_t cols) {
    const auto x = as_source(feature_view<float>(b, {.c = cols, .w = b_rows}, nhwc));
    const index_t size = a_rows * b_rows;
    const matrix<float> out{values_.data(), 1, size, size, 1};
    cpu{}.contract(s, x, over_channels{}, matrix<const float>{a, a_rows, cols, cols, 1}, out);
  }

  index_t cols_ = 0;
  std::vector<float> values_;
  workspace memory_;
};

struct search_candidate {
  double low, score;
  index_t row;
};

/// The rows that may be among the k best of one query: a row is a candidate until k others are certainly better.
/// Costs are smaller-is-better; a row's cost is known to lie in [low, high].
class search_candidates {
 public:
  void start(index_t k, index_t rows) {
    k_ = static_cast<std::size_t>(k);
    limit_ = (std::numeric_limits<double>::max)();
    list_.clear();
    highs_.clear();
    reserve(k, rows);
  }
  void reserve(index_t k, index_t rows) {
    list_.reserve(static_cast<std::size_t>((std::min)(most(k), rows)));
    highs_.reserve(static_cast<std::size_t>(k));
  }
  /// keep_best(list, k) leaves the k best by their scores: where more rows are nearly equal than there is room for.
  template <class KeepBest>
  void offer(double low, double high, index_t row, const KeepBest& keep_best) {
    if (low > limit_) return;
    const auto room = static_cast<std::size_t>(most(static_cast<index_t>(k_)));
    if (list_.size() == room) {
      std::erase_if(list_, [&](const search_candidate& e) { return e.low > limit_; });
      if (list_.size() > room / 2) keep_best(list_, k_);
    }
    list_.push_back({low, 0, row});
    if (highs_.size() < k_) {
      highs_.push_back(high);
      std::ranges::push_heap(highs_);
    } else if (high < highs_.front()) {
      std::ranges::pop_heap(highs_);
      highs_.back() = high;
      std::ranges::push_heap(highs_);
    }
    if (highs_.size() == k_) limit_ = highs_.front();
  }
  template <class KeepBest>
  std::span<const search_candidate> best(const KeepBest& keep_best) {
    std::erase_if(list_, [&](const search_candidate& e) { return e.low > limit_; });
    keep_best(list_, k_);
    return list_;
  }

 private:
  static index_t most(index_t k) { return 2 * k + 64; }

  std::size_t k_ = 0;
  double limit_ = 0;
  std::vector<search_candidate> list_;
  std::vector<double> highs_;  // a heap of the k smallest
};

}  // namespace detail

/// What nearest_into keeps its temporaries in. It grows when it is too small; one serves one call at a time.
class search_workspace {
 public:
  detail::search_side queries, rows;
  detail::search_products products;
  std::vector<detail::search_candidates> candidates;
  std::vector<double> norms, scores;
  std::vector<index_t> order;

  void make_candidates(index_t count) {
    if (candidates.size() < static_cast<std::size_t>(count)) candidates.resize(static_cast<std::size_t>(count));
  }
  /// So that the search of so many queries, of `cols` components each, for the k best of `total` rows allocates nothing
  /// where no block of them has more than `block` rows.
  void reserve(index_t count, index_t cols, index_t block, index_t k, index_t total) {
    products.reserve(count, block, cols);
    make_candidates(count);
    for (index_t q = 0; q < count; ++q) candidates[static_cast<std::size_t>(q)].reserve(k, total);
  }
};

}  // namespace cnnpool
