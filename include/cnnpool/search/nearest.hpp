// Exact search: the k rows of a database that are nearest to each query.
//
// Many queries at the speed of a matrix product, with the bits of a search row by row (neighbours.hpp has the rules).
// Blocks of queries are multiplied with blocks of the database in float (by the cpu backend, threaded if OpenMP is on).
// The rounding error is bounded by (d + 8) 2^-24 |q| |x|, so only rows whose bound reaches the k-th best are
// scored again, in double: near ties are decided there; equal rows tie exactly and go to the lower index. A few
// queries, and lists of most of the database, are searched row by row.
//
//   memory   block.queries * block.rows floats, and a few candidates per query; never queries * database
//   time     2 n m d flops for n queries, m rows; the candidates' part is small while k is
#pragma once

#include "../backend/cpu/cpu.hpp"
#if CNNPOOL_USES_LIBRARY
#include "../library.hpp"
#endif
#include "neighbours.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Rows of the two sides of one product; they affect the time, never the result.
struct search_blocks {
  index_t queries = 1024;
  index_t rows = 1024;
  index_t fewest = 8;  // fewer queries are compared row by row
};

namespace detail {

/// products(i, j) = row i of a times row j of b.
class search_products {
 public:
  void compute(const descriptors<float>& a, const descriptors<float>& b) {
    cols_ = b.rows();
    values_.resize(static_cast<std::size_t>(a.rows() * cols_));
    const shape e{.c = b.cols(), .w = cols_};
    const auto x = as_source(feature_view<float>(b.data(), e, nhwc));
    const matrix<const float> weights{a.data(), a.rows(), a.cols(), a.cols(), 1};
    const index_t size = a.rows() * cols_;
    const matrix<float> out{values_.data(), 1, size, size, 1};
    in_workspace(memory_, [&](scratch& s) { cpu{}.contract(s, x, over_channels{}, weights, out); });
  }
  float operator()(index_t i, index_t j) const { return values_[static_cast<std::size_t>(i * cols_ + j)]; }

 private:
  index_t cols_ = 0;
  std::vector<float> values_;
  workspace memory_;
};

/// What one side of the product is made of: rows in float (of length 1 for the cosine), and their lengths in double.
template <descriptor_rows D>
class search_side {
 public:
  search_side(const D& d, metric by, double unit) : d_(&d), by_(by), unit_(unit) {}

  /// Rows first .. first+count-1. A row whose length is not a safe number is given as zeros, and `doubtful` says so.
  void load(index_t first, index_t count) {
    if (values.rows() != count) values = descriptors<float>(count, d_->cols());
    norms.resize(static_cast<std::size_t>(count));
    doubtful.resize(static_cast<std::size_t>(count));
    for (index_t i = 0; i < count; ++i) {
      const auto row = d_->row(first + i);
      const double norm = norm_of(row);
      const std::size_t at = static_cast<std::size_t>(i);
      norms[at] = norm;
      const double divisor = by_ == metric::cosine ? norm : unit_;
      // Where squares leave the range of double (1e150 leaves room for their sum), the length says nothing.
      const bool zero = norm == 0 && std::ranges::all_of(row, [](auto x) { return x == 0; });
      doubtful[at] = !(norm < 1e150) || (norm < 1e-140 && !zero);
      if (doubtful[at] || divisor == 0) {
        std::ranges::fill(values.row(i), 0.f);
        continue;
      }
      const double inverse = 1 / divisor;  // one double rounding more, which the bound has room for
      for (index_t j = 0; j < d_->cols(); ++j)
        values(i, j) = static_cast<float>(static_cast<double>(row[static_cast<std::size_t>(j)]) * inverse);
    }
  }

  descriptors<float> values;
  std::vector<double> norms;
  std::vector<char> doubtful;

 private:
  const D* d_;
  metric by_;
  double unit_;
};

/// The rows that may be among the k best of one query: a row is a candidate until k others are certainly better.
/// Costs are smaller-is-better; a row's cost is known to lie in [low, high].
class search_candidates {
 public:
  explicit search_candidates(std::size_t k) : k_(k) {}

  void offer(double low, double high, index_t row) {
    if (low > limit_) return;
    rows_.push_back({low, row});
    if (highs_.size() < k_) {
      highs_.push_back(high);
      std::ranges::push_heap(highs_);
    } else if (high < highs_.front()) {
      std::ranges::pop_heap(highs_);
      highs_.back() = high;
      std::ranges::push_heap(highs_);
    }
    if (highs_.size() == k_) limit_ = highs_.front();
    if (rows_.size() >= next_) {
      shrink();
      next_ = (std::max)(2 * rows_.size(), 4 * k_ + 64);
    }
  }
  /// Ascending rows.
  std::vector<index_t> rows() {
    shrink();
    std::vector<index_t> out;
    for (const entry& e : rows_) out.push_back(e.row);
    return out;
  }

 private:
  struct entry {
    double low;
    index_t row;
  };
  void shrink() {
    std::erase_if(rows_, [&](const entry& e) { return e.low > limit_; });
  }

  std::size_t k_, next_ = 64;
  double limit_ = (std::numeric_limits<double>::max)();
  std::vector<entry> rows_;
  std::vector<double> highs_;  // a heap of the k smallest
};

template <descriptor_rows D>
double longest_row(const D& d) {
  double longest = 0;
  for (index_t i = 0; i < d.rows(); ++i) {
    const double norm = norm_of(d.row(i));
    if (norm < 1e150) longest = (std::max)(longest, norm);
  }
  return longest;
}

/// The k best for every query. each_block(f) calls f(first row, search_side) for one block of the database after the
/// other; Euclidean rows are in units of `unit`.
template <descriptor_rows Queries, descriptor_rows Database, class EachBlock>
void search_in_blocks(const Queries& queries, const Database& database, metric by, double unit, index_t query_block,
                      const EachBlock& each_block, neighbours& found) {
  const bool cosine = by == metric::cosine;
  // (d + 8) u for the product and the rounding of its inputs; 2^-126 where something underflows; and what the double
  // score itself may be off by.
  const double d = static_cast<double>(database.cols());
  const double relative = (d + 8) * 0x1p-24 * 1.01 + 4 * (d + 8) * 0x1p-52, underflow = (d + 8) * 0x1p-126;
  const double unknown = (std::numeric_limits<double>::max)();
  const index_t kept = found.k();

  search_side<Queries> left(queries, by, unit);
  search_products products;
  for (index_t q0 = 0; q0 < queries.rows(); q0 += query_block) {
    const index_t qn = (std::min)(query_block, queries.rows() - q0);
    left.load(q0, qn);
    std::vector<search_candidates> candidates(static_cast<std::size_t>(qn),
                                              search_candidates(static_cast<std::size_t>(kept)));
    each_block([&](index_t i0, const search_side<Database>& right) {
      products.compute(left.values, right.values);
      for (index_t q = 0; q < qn; ++q) {
        const std::size_t at = static_cast<std::size_t>(q);
        const double a = left.norms[at] / unit, absolute = underflow * (std::max)(1.0, a);
        for (index_t i = 0; i < right.values.rows(); ++i) {
          const std::size_t row = static_cast<std::size_t>(i);
          const double product = static_cast<double>(products(q, i)), b = right.norms[row] / unit;
          if (left.doubtful[at] != 0 || right.doubtful[row] != 0 || !std::isfinite(product)) {
            candidates[at].offer(-unknown, unknown, i0 + i);
          } else if (cosine) {
            candidates[at].offer(-product - relative - underflow, -product + relative + underflow, i0 + i);
          } else {
            const double cost = a * a + b * b - 2 * product, off = 2 * relative * (a + b) * (a + b) + 4 * absolute;
            candidates[at].offer(cost - off, cost + off, i0 + i);
          }
        }
      }
    });
    for (index_t q = 0; q < qn; ++q) {
      const std::vector<index_t> rows = candidates[static_cast<std::size_t>(q)].rows();
      const auto query = queries.row(q0 + q);
      const double norm = norm_of(query);
      std::vector<std::pair<double, index_t>> scored;
      for (const index_t i : rows)
        scored.emplace_back(score_of(by, query, norm, database.row(i), cosine ? norm_of(database.row(i)) : 0), i);
      std::partial_sort(scored.begin(), scored.begin() + kept, scored.end(), [&](const auto& x, const auto& y) {
        return ranked_first(by, x.first, x.second, y.first, y.second);
      });
      const auto ids = found.ids(static_cast<std::size_t>(q0 + q));
      const auto scores = found.scores(static_cast<std::size_t>(q0 + q));
      for (std::size_t i = 0; i < ids.size(); ++i) {
        ids[i] = scored[i].second;
        scores[i] = scored[i].first;
      }
    }
  }
}

inline void check_blocks(const search_blocks& block, const char* where) {
  if (block.queries < 1 || block.rows < 1)
    raise(where, ": blocks of ", block.queries, " queries and ", block.rows, " rows, expected at least 1 of each");
  if (block.fewest < 0) raise(where, ": fewest is ", block.fewest, ", expected 0 or more");
}

template <descriptor_rows Queries, descriptor_rows Database>
neighbours nearest_by_products(const Queries& queries, const Database& database, index_t k, metric by,
                               const search_blocks& block) {
  const index_t rows = database.rows();
  double unit = 0;
  if (by == metric::euclidean) unit = (std::max)(longest_row(queries), longest_row(database));
  if (unit == 0) unit = 1;
  search_side<Database> right(database, by, unit);
  const auto each_block = [&](const auto& f) {
    for (index_t i = 0; i < rows; i += block.rows) {
      right.load(i, (std::min)(block.rows, rows - i));
      f(i, right);
    }
  };
  neighbours found(queries.rows(), (std::min)(k, rows));
  search_in_blocks(queries, database, by, unit, block.queries, each_block, found);
  return found;
}

}  // namespace detail

/// k larger than the database gives all of it. Rows of different lengths and k < 1 are errors. The result does not
/// depend on `block`.
template <descriptor_rows Queries, descriptor_rows Database>
neighbours nearest(const Queries& queries, const Database& database, index_t k, metric by = metric::cosine,
                   const search_blocks& block = {}) {
  detail::check_search(queries, database, k, "nearest");
  detail::check_blocks(block, "nearest");
  // With most of the rows in the list most are candidates, which are scored row by row all the same.
  const bool few = queries.rows() < block.fewest || k > database.rows() / 2 || database.cols() == 0;
  if (few) return detail::nearest_by_rows(queries, database, k, by);
  return detail::nearest_by_products(queries, database, k, by, block);
}

}  // namespace cnnpool
