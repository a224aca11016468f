// Query expansion: a query and the rows that it finds become a better query. Done to the database, it is augmentation.
//
//   average_expansion{.k = 10}            q' = L2( q + SUM_{i in top k} x_i )              Chum et al., ICCV 2007
//   alpha_expansion{.k = 10, .alpha = 3}  q' = L2( mean[ q, max(s_i, 0)^alpha x_i ] )      Radenovic et al., TPAMI 2018
//   augment_database(x, how)              every row expanded by the others; the row itself is excluded by its index
//
// s_i: the cosine of q and x_i; rows are used as they are, so they should be L2-normalised. n x d in, n x d out, summed
// in double. k above the number of rows means all of them. A zero sum stays zero, NaN stays NaN. alpha = 0 is average
// expansion. k < 1, alpha < 0 or NaN, rows of different lengths and neighbours that are not rows are errors.
#pragma once

#include "nearest.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct average_expansion {
  index_t k = 10;
};
struct alpha_expansion {
  index_t k = 10;
  double alpha = 3;
};

namespace detail {

inline void check_expansion(const average_expansion& how, const char* where) {
  if (how.k < 1) raise(where, ": k is ", how.k, ", expected at least 1");
}
inline void check_expansion(const alpha_expansion& how, const char* where) {
  if (how.k < 1) raise(where, ": k is ", how.k, ", expected at least 1");
  if (!(how.alpha >= 0) || std::isinf(how.alpha))
    raise(where, ": alpha is ", how.alpha, ", expected a finite number of at least 0");
}
inline double expansion_weight(const average_expansion&, double) { return 1; }
inline double expansion_weight(const alpha_expansion& how, double similarity) {
  return std::isnan(similarity) ? similarity : std::pow((std::max)(similarity, 0.), how.alpha);
}

/// out = L2( q + SUM weight_i x_i ); L2 removes the factor of the mean. Neighbour `self` is skipped.
template <class A, class B, descriptor_rows Database, class How>
void expand_row(std::span<A> query, const Database& database, std::span<const index_t> ids,
                std::span<const double> scores, const How& how, index_t self, std::span<B> out) {
  std::vector<double> total(query.begin(), query.end());
  index_t taken = 0;
  for (std::size_t i = 0; i < ids.size() && taken < how.k; ++i) {
    if (ids[i] == self) continue;
    ++taken;
    const auto row = database.row(ids[i]);
    const double weight = expansion_weight(how, scores[i]);
    for (std::size_t j = 0; j < total.size(); ++j) total[j] += weight * static_cast<double>(row[j]);
  }
  // The largest component is divided out first, so that no square overflows.
  double largest = 0;
  for (const double x : total) largest = std::isnan(x) || (std::abs)(x) > largest ? (std::abs)(x) : largest;
  double squares = 0;
  for (const double x : total) squares += largest > 0 ? x / largest * (x / largest) : x;
  const double norm = std::sqrt(squares);
  for (std::size_t j = 0; j < total.size(); ++j) out[j] = static_cast<B>(largest == 0 ? 0 : total[j] / largest / norm);
}

}  // namespace detail

/// found: the result of `nearest(queries, database, k)`, by cosine; lists of at least k rows (or all of them).
template <descriptor_rows Queries, descriptor_rows Database, class How>
auto expand_queries(const Queries& queries, const Database& database, const neighbours& found, const How& how) {
  using value = std::remove_cvref_t<decltype(queries.row(0)[0])>;
  detail::check_expansion(how, "expand_queries");
  detail::check_search(queries, database, how.k, "expand_queries");
  if (static_cast<index_t>(found.size()) != queries.rows())
    raise("expand_queries: neighbours of ", found.size(), " queries for ", queries.rows(),
          " queries, expected as many");
  if (found.k() < (std::min)(how.k, database.rows()))
    raise("expand_queries: lists of ", found.k(), " neighbours, expected at least ",
          (std::min)(how.k, database.rows()));
  for (std::size_t q = 0; q < found.size(); ++q)
    for (const index_t i : found.ids(q))
      if (i < 0 || i >= database.rows())
        raise("expand_queries: neighbour ", i, " of query ", q, ", the database has ", database.rows(), " rows");
  descriptors<value> out(queries.rows(), queries.cols());
  for (index_t q = 0; q < queries.rows(); ++q) {
    const std::size_t at = static_cast<std::size_t>(q);
    detail::expand_row(queries.row(q), database, found.ids(at), found.scores(at), how, -1, out.row(q));
  }
  return out;
}

template <descriptor_rows Queries, descriptor_rows Database, class How>
auto expand_queries(const Queries& queries, const Database& database, const How& how) {
  detail::check_expansion(how, "expand_queries");
  return expand_queries(queries, database, nearest(queries, database, how.k), how);
}

/// Searches for k + 1 rows, because a row finds itself; a duplicate of it is a different row and counts.
template <descriptor_rows Database, class How>
auto augment_database(const Database& database, const How& how) {
  using value = std::remove_cvref_t<decltype(database.row(0)[0])>;
  detail::check_expansion(how, "augment_database");
  const neighbours found = nearest(database, database, (std::min)(how.k, database.rows()) + 1);
  descriptors<value> out(database.rows(), database.cols());
  for (index_t i = 0; i < database.rows(); ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    detail::expand_row(database.row(i), database, found.ids(at), found.scores(at), how, i, out.row(i));
  }
  return out;
}

}  // namespace cnnpool
