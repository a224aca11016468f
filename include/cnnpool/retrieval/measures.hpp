// Measures of one query, from the ranks of its positives, and their mean over queries.
//
// A query without positives has no value (std::nullopt); mean_over_queries leaves it out and counts it. All values are
// fractions of 1, in double. r_j is the 0-based rank of the j-th positive, j from 0; positives not retrieved add 0.
#pragma once

#include <optional>

#include "ranks.hpp"

namespace cnnpool {

/// Oxford buildings (compute_ap.cpp), the area under the precision-recall curve by trapezoids:
/// SUM_j ( (r_j = 0 ? 1 : j/r_j) + (j+1)/(r_j+1) ) / (2 positives).
inline std::optional<double> oxford_average_precision(const positive_ranks& r) {
  if (r.positives == 0) return std::nullopt;
  double sum = 0, j = 0;
  for (const index rank : r.ranks) {
    const double before = static_cast<double>(rank);
    sum += (rank == 0 ? 1 : j / before) + (j + 1) / (before + 1);
    j += 1;
  }
  return sum / (2 * static_cast<double>(r.positives));
}

/// The area by rectangles, SUM_j (j+1)/(r_j+1) / positives: scikit-learn's average_precision_score without tied scores.
inline std::optional<double> average_precision(const positive_ranks& r) {
  if (r.positives == 0) return std::nullopt;
  double sum = 0, j = 0;
  for (const index rank : r.ranks) {
    j += 1;
    sum += j / (static_cast<double>(rank) + 1);
  }
  return sum / static_cast<double>(r.positives);
}

namespace detail {
inline void check_cutoff(const char* where, index k) {
  if (k < 1) raise(where, ": k is ", k, ", expected at least 1");
}
inline index positives_within(const positive_ranks& r, index k) {
  index count = 0;
  for (const index rank : r.ranks) count += rank < k;
  return count;
}
}  // namespace detail

/// The fraction of the positives that is among the first k.
inline std::optional<double> recall_at(const positive_ranks& r, index k) {
  detail::check_cutoff("recall_at", k);
  if (r.positives == 0) return std::nullopt;
  return static_cast<double>(detail::positives_within(r, k)) / static_cast<double>(r.positives);
}

/// 1 when a positive is among the first k, 0 otherwise: what place recognition calls recall@k.
inline std::optional<double> hit_at(const positive_ranks& r, index k) {
  detail::check_cutoff("hit_at", k);
  if (r.positives == 0) return std::nullopt;
  return detail::positives_within(r, k) > 0 ? 1.0 : 0.0;
}

/// mP@k of the revisited Oxford and Paris protocol: the precision among the first kq = min(last rank + 1, k), where the
/// last rank is that of the last positive retrieved. 0 when none was.
inline std::optional<double> precision_at(const positive_ranks& r, index k) {
  detail::check_cutoff("precision_at", k);
  if (r.positives == 0) return std::nullopt;
  if (r.ranks.empty()) return 0.0;
  const index kq = r.ranks.back() + 1 < k ? r.ranks.back() + 1 : k;
  return static_cast<double>(detail::positives_within(r, kq)) / static_cast<double>(kq);
}

/// UKBench: how many of the first four are right, 4 recall@4; a query has four positives, itself among them.
inline std::optional<double> ukbench_score(const positive_ranks& r) {
  if (r.positives != 0 && r.positives != 4)
    raise("ukbench_score: the query has ", r.positives, " positives, expected 4");
  const std::optional<double> recall = recall_at(r, 4);
  return recall ? std::optional(4 * *recall) : std::nullopt;
}

/// mean_over_queries m;  for each query: m.add(average_precision(ranks));  m.mean()
class mean_over_queries {
 public:
  void add(const std::optional<double>& value) {
    if (value) {
      sum_ += *value;
      ++counted_;
    } else {
      ++left_out_;
    }
  }
  /// Queries in the mean, and queries without positives.
  index counted() const { return counted_; }
  index left_out() const { return left_out_; }
  double mean() const {
    if (counted_ == 0) raise("mean_over_queries: none of the ", left_out_, " queries has a positive");
    return sum_ / static_cast<double>(counted_);
  }

 private:
  double sum_ = 0;
  index counted_ = 0, left_out_ = 0;
};

}  // namespace cnnpool
