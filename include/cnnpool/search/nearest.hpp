// Exact search: the k rows of a database that are nearest to each query.
//
//   nearest(queries, database, k)                            the neighbours, in memory of their own
//   nearest_into(queries, database, k, found, workspace)     writes to found; allocates nothing once both are warm
//
// Many queries at the speed of a matrix product, with the bits of a search row by row (neighbours.hpp has the rules).
// Blocks of queries are multiplied with blocks of the database in float (by the cpu backend, threaded if OpenMP is on).
// The rounding error is bounded by (d + 8) 2^-24 |q| |x|, so only rows whose bound reaches the k-th best are
// scored again, in double: near ties are decided there; equal rows tie exactly and go to the lower index. A few
// queries, and lists of most of the database, are searched row by row.
//
//   memory   block.queries * block.rows floats, and at most 2 k + 64 candidates per query; never queries * database
//   time     2 n m d flops for n queries, m rows; the candidates' part is small while k is
#pragma once

#include <numeric>

#include "search_workspace.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Rows of the two sides of one product; they affect the time, never the result.
struct search_blocks {
  index_t queries = 1024;
  index_t rows = 1024;
  index_t fewest = 8;  // fewer queries are compared row by row
};

namespace detail {

/// The k best for every query. each_block(f) calls f(first row, search_side, rows of it) for one block of the database
/// after the other.
template <descriptor_rows Queries, descriptor_rows Database, class EachBlock>
void search_in_blocks(const Queries& queries, const Database& database, metric by, index_t query_block,
                      const EachBlock& each_block, search_workspace& w, neighbours& found) {
  const bool cosine = by == metric::cosine;
  // (d + 8) u for the product and the rounding of its inputs; 2^-126 where something underflows; and what the double
  // score itself may be off by.
  const double d = static_cast<double>(database.cols()), rounding = 4 * (d + 8) * 0x1p-52;
  const double error = (d + 8) * 0x1p-24 * 1.01 + rounding + (d + 8) * 0x1p-126;
  const double unknown = (std::numeric_limits<double>::max)();

  for (index_t q0 = 0; q0 < queries.rows(); q0 += query_block) {
    const index_t qn = (std::min)(query_block, queries.rows() - q0);
    w.queries.clear(queries.cols());
    for (index_t q = 0; q < qn; ++q) w.queries.push_back(queries.row(q0 + q));
    w.make_candidates(qn);
    for (index_t q = 0; q < qn; ++q) w.candidates[static_cast<std::size_t>(q)].start(found.k(), database.rows());
    const auto keep_best_of = [&](index_t q) {
      return [&, q](std::vector<search_candidate>& list, std::size_t k) {
        const auto query = queries.row(q0 + q);
        for (search_candidate& c : list) {
          const auto row = database.row(c.row);
          c.score = score_of(by, query, w.queries.norm(q), row, cosine ? norm_of(row) : 0);
        }
        const auto end = list.begin() + static_cast<std::ptrdiff_t>((std::min)(k, list.size()));
        std::partial_sort(list.begin(), end, list.end(), [&](const search_candidate& x, const search_candidate& y) {
          return ranked_first(by, x.score, x.row, y.score, y.row);
        });
        list.erase(end, list.end());
      };
    };
    each_block([&](index_t i0, const search_side& right, index_t rows) {
      w.products.compute(w.queries, right, rows);
      for (index_t q = 0; q < qn; ++q) {
        search_candidates& candidates = w.candidates[static_cast<std::size_t>(q)];
        const auto keep_best = keep_best_of(q);
        const double a = w.queries.norm(q);
        for (index_t i = 0; i < rows; ++i) {
          const double product = static_cast<double>(w.products(q, i)), b = right.norm(i);
          if (w.queries.doubtful(q) || right.doubtful(i)) {
            candidates.offer(-unknown, unknown, i0 + i, keep_best);
          } else if (cosine) {
            candidates.offer(-product - error, -product + error, i0 + i, keep_best);
          } else {
            const double cost = a * a + b * b - 2 * a * b * product;
            const double off = 2 * a * b * error + 2 * rounding * (a + b) * (a + b);
            candidates.offer(cost - off, cost + off, i0 + i, keep_best);
          }
        }
      }
    });
    for (index_t q = 0; q < qn; ++q) {
      const auto best = w.candidates[static_cast<std::size_t>(q)].best(keep_best_of(q));
      const auto ids = found.ids(static_cast<std::size_t>(q0 + q));
      const auto scores = found.scores(static_cast<std::size_t>(q0 + q));
      for (std::size_t i = 0; i < ids.size(); ++i) {
        ids[i] = best[i].row;
        scores[i] = best[i].score;
      }
    }
  }
}

/// Row by row: reads the database once per query and copies nothing.
template <descriptor_rows Queries, descriptor_rows Database>
void search_by_rows(const Queries& queries, const Database& database, metric by, search_workspace& w,
                    neighbours& found) {
  const std::size_t rows = static_cast<std::size_t>(database.rows());
  w.norms.resize(rows);  // taken when the first query reads the rows
  w.scores.resize(rows);
  w.order.resize(rows);
  for (index_t q = 0; q < queries.rows(); ++q) {
    const auto query = queries.row(q);
    const double norm = norm_of(query);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto row = database.row(static_cast<index_t>(i));
      if (q == 0 && by == metric::cosine) w.norms[i] = norm_of(row);
      w.scores[i] = score_of(by, query, norm, row, w.norms[i]);
    }
    const auto better = [&](index_t a, index_t b) {
      return ranked_first(by, w.scores[static_cast<std::size_t>(a)], a, w.scores[static_cast<std::size_t>(b)], b);
    };
    std::iota(w.order.begin(), w.order.end(), index_t{0});
    std::partial_sort(w.order.begin(), w.order.begin() + found.k(), w.order.end(), better);
    const auto ids = found.ids(static_cast<std::size_t>(q));
    const auto scores = found.scores(static_cast<std::size_t>(q));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ids[i] = w.order[i];
      scores[i] = w.scores[static_cast<std::size_t>(ids[i])];
    }
  }
}

template <descriptor_rows Queries, descriptor_rows Database>
void search_by_products(const Queries& queries, const Database& database, metric by, const search_blocks& block,
                        search_workspace& w, neighbours& found) {
  const auto each_block = [&](const auto& f) {
    for (index_t first = 0; first < database.rows(); first += block.rows) {
      const index_t rows = (std::min)(block.rows, database.rows() - first);
      w.rows.clear(database.cols());
      for (index_t i = 0; i < rows; ++i) w.rows.push_back(database.row(first + i));
      f(first, w.rows, rows);
    }
  };
  search_in_blocks(queries, database, by, block.queries, each_block, w, found);
}

inline void check_blocks(const search_blocks& block, const char* where) {
  if (block.queries < 1 || block.rows < 1)
    raise(where, ": blocks of ", block.queries, " queries and ", block.rows, " rows, expected at least 1 of each");
  if (block.fewest < 0) raise(where, ": fewest is ", block.fewest, ", expected 0 or more");
}

}  // namespace detail

/// `found` becomes queries x min(k, rows), whatever it was. k larger than the database gives all of it. Rows of
/// different lengths and k < 1 are errors, which leave `found` as it was. The result does not depend on `block`.
template <descriptor_rows Queries, descriptor_rows Database>
void nearest_into(const Queries& queries, const Database& database, index_t k, neighbours& found, search_workspace& w,
                  metric by = metric::cosine, const search_blocks& block = {}) {
  detail::check_search(queries, database, k, "nearest");
  detail::check_blocks(block, "nearest");
  found.resize(queries.rows(), (std::min<index_t>)(k, database.rows()));
  // With most of the rows in the list most are candidates, which are scored row by row all the same.
  if (queries.rows() < block.fewest || k > database.rows() / 2)
    detail::search_by_rows(queries, database, by, w, found);
  else detail::search_by_products(queries, database, by, block, w, found);
}
template <descriptor_rows Queries, descriptor_rows Database>
neighbours nearest(const Queries& queries, const Database& database, index_t k, metric by = metric::cosine,
                   const search_blocks& block = {}) {
  neighbours found;
  search_workspace w;
  nearest_into(queries, database, k, found, w, by, block);
  return found;
}

}  // namespace cnnpool
