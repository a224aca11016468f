// What a search finds, how rows are compared, and the search that compares every query with every row.
//
//   metric::cosine      largest q.x / (|q| |x|) first; a zero vector has similarity 0 to everything
//   metric::euclidean   smallest |q - x| first
//
// Ties go to the lower index, and equal rows tie exactly: every pair is summed in double in one fixed order. Scores
// that are NaN come last. k larger than the database gives all of it. Rows of different lengths and k < 1 are errors.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <numeric>
#include <ranges>
#include <span>
#include <vector>

#include "../core/descriptors.hpp"
#include "dot.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class metric { cosine, euclidean };

/// descriptors, descriptor_span, or anything else with rows of adjacent components.
template <class D>
concept descriptor_rows = requires(const D& d, index_t i) {
  { d.rows() } -> std::convertible_to<index_t>;
  { d.cols() } -> std::convertible_to<index_t>;
  { d.row(i)[0] } -> std::convertible_to<double>;
};

struct neighbour {
  index_t id;  // its row in the database
  double score;
};

/// The neighbours of one query, best first: for (const auto [id, score] : found[q]).
class neighbour_list : public std::ranges::view_base {
 public:
  neighbour_list() = default;
  neighbour_list(std::span<const index_t> ids, std::span<const double> scores) : ids_(ids), scores_(scores) {}

  std::size_t size() const { return ids_.size(); }
  bool empty() const { return ids_.empty(); }
  neighbour operator[](std::size_t i) const { return {ids_[i], scores_[i]}; }
  auto begin() const { return detail::iterator_at<std::size_t>(*this, 0); }
  auto end() const { return detail::iterator_at<std::size_t>(*this, static_cast<index_t>(size())); }
  std::span<const index_t> ids() const { return ids_; }
  std::span<const double> scores() const { return scores_; }

 private:
  std::span<const index_t> ids_;
  std::span<const double> scores_;
};

/// What a search finds: found[q] for every query.
class neighbours {
 public:
  neighbours(index_t queries, index_t k)
      : queries_(queries),
        k_(k),
        ids_(static_cast<std::size_t>(checked_size({.n = queries, .c = k}, "nearest"))),
        scores_(ids_.size()) {}

  std::size_t size() const { return static_cast<std::size_t>(queries_); }
  auto begin() const { return detail::iterator_at<std::size_t>(*this, 0); }
  auto end() const { return detail::iterator_at<std::size_t>(*this, queries_); }
  index_t k() const { return k_; }
  neighbour_list operator[](std::size_t q) const { return {ids(q), scores(q)}; }
  std::span<const index_t> ids(std::size_t q) const { return std::span(ids_).subspan(q * count(), count()); }
  std::span<const double> scores(std::size_t q) const { return std::span(scores_).subspan(q * count(), count()); }

  std::span<index_t> ids(std::size_t q) { return std::span(ids_).subspan(q * count(), count()); }
  std::span<double> scores(std::size_t q) { return std::span(scores_).subspan(q * count(), count()); }

 private:
  std::size_t count() const { return static_cast<std::size_t>(k_); }

  index_t queries_, k_;
  std::vector<index_t> ids_;
  std::vector<double> scores_;
};

namespace detail {

template <class A, class B>
double score_of(metric by, std::span<A> query, double query_norm, std::span<B> row, double row_norm) {
  if (by == metric::euclidean) return std::sqrt(sum_of_terms(query, row, square_difference{}));
  const double product = sum_of_terms(query, row, multiply_terms{});
  // A zero vector gives 0, or NaN where the other vector has one.
  return query_norm == 0 || row_norm == 0 ? product : product / query_norm / row_norm;
}

/// Whether index a with score x comes before index b with score y.
inline bool ranked_first(metric by, double x, index_t a, double y, index_t b) {
  const bool x_nan = std::isnan(x), y_nan = std::isnan(y);
  if (x_nan || y_nan || x == y) return x_nan == y_nan ? a < b : y_nan;
  return by == metric::cosine ? x > y : x < y;
}

template <descriptor_rows Queries, descriptor_rows Database>
void check_search(const Queries& queries, const Database& database, index_t k, const char* where) {
  if (k < 1) raise(where, ": k is ", k, ", expected at least 1");
  if (queries.rows() > 0 && database.rows() > 0 && queries.cols() != database.cols())
    raise(where, ": queries have ", queries.cols(), " components, the database has ", database.cols());
}

/// Row by row: reads the database once per query and copies nothing.
template <descriptor_rows Queries, descriptor_rows Database>
neighbours nearest_by_rows(const Queries& queries, const Database& database, index_t k, metric by) {
  const index_t kept = (std::min<index_t>)(k, database.rows());
  neighbours found(queries.rows(), kept);
  std::vector<double> norms(static_cast<std::size_t>(database.rows()));  // taken when the first query reads the rows
  std::vector<double> scores(norms.size());
  std::vector<index_t> order(norms.size());
  for (index_t q = 0; q < queries.rows(); ++q) {
    const auto query = queries.row(q);
    const double norm = norm_of(query);
    for (index_t i = 0; i < database.rows(); ++i) {
      const std::size_t at = static_cast<std::size_t>(i);
      if (q == 0 && by == metric::cosine) norms[at] = norm_of(database.row(i));
      scores[at] = score_of(by, query, norm, database.row(i), norms[at]);
    }
    const auto better = [&](index_t a, index_t b) {
      return ranked_first(by, scores[static_cast<std::size_t>(a)], a, scores[static_cast<std::size_t>(b)], b);
    };
    std::iota(order.begin(), order.end(), index_t{0});
    std::partial_sort(order.begin(), order.begin() + kept, order.end(), better);
    const auto ids = found.ids(static_cast<std::size_t>(q));
    const auto kept_scores = found.scores(static_cast<std::size_t>(q));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ids[i] = order[i];
      kept_scores[i] = scores[static_cast<std::size_t>(order[i])];
    }
  }
  return found;
}

}  // namespace detail
}  // namespace cnnpool

namespace std::ranges {
template <>
inline constexpr bool enable_borrowed_range<cnnpool::neighbour_list> = true;
}  // namespace std::ranges
