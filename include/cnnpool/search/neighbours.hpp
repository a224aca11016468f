// What a search finds, and how rows are compared.
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

/// What a search finds: found[q] for every query. Of no query, until a search fills it.
class neighbours {
 public:
  neighbours() = default;
  neighbours(index_t queries, index_t k) { resize(queries, k); }

  /// So that a resize to so many or fewer allocates nothing.
  void reserve(index_t queries, index_t k) {
    const std::size_t size = size_of(queries, k);
    ids_.reserve(size);
    scores_.reserve(size);
  }
  /// Allocates only what was never needed before.
  void resize(index_t queries, index_t k) {
    const std::size_t size = size_of(queries, k);
    ids_.resize(size);
    scores_.resize(size);
    queries_ = queries;
    k_ = k;
  }

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
  static std::size_t size_of(index_t queries, index_t k) {
    return static_cast<std::size_t>(checked_size({.n = queries, .c = k}, "nearest"));
  }
  std::size_t count() const { return static_cast<std::size_t>(k_); }

  index_t queries_ = 0, k_ = 0;
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

}  // namespace detail
}  // namespace cnnpool

namespace std::ranges {
template <>
inline constexpr bool enable_borrowed_range<cnnpool::neighbour_list> = true;
}  // namespace std::ranges
