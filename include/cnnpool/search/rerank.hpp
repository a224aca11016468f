// k-reciprocal re-ranking (Zhong, Zheng, Cao, Li: Re-ranking person re-identification with k-reciprocal encoding,
// CVPR 2017).
//
// All n queries and m rows of the database are one set of N = n + m items.
//   D(i,j)      |x_i - x_j|^2 / max_j |x_i - x_j|^2
//   N(i,k)      item i and its k nearest others, ties to the lower index
//   R(i,k)      the j in N(i,k) with i in N(j,k)
//   R*(i)       R(i,k1), and for each j in R(i,k1) R(j,k1/2), if more than two thirds of it are in R(i,k1)
//   V(i)        exp(-D(i,j)) for j in R*(i), divided by their sum; then the mean of V over N(i,k2-1)
//   d_J(i,j)    1 - SUM min(V(i),V(j)) / (2 - SUM min(V(i),V(j)))
//   result      (1 - lambda) d_J + lambda D, smallest first, ties to the lower index
// The distances are squared once, as the paper's program squares Euclidean ones. PyRetri's program squares the squared
// distances that its metric gives: about half of its ranks differ from these.
// k1/2 is rounded to even, as the published program does. Where it leaves the order of ties to its sort, an item is its
// own first neighbour here, so no set is empty and no sum is zero. max = 0 (all items equal) gives D = 0.
//
// Vectors go in as they are (L2-normalise first). O(N^2 d) time, O(N k1 + n m) memory, computed in double.
// NaN or inf in a descriptor is an error that names the row. Fewer than k1 items: all of them.
#pragma once

#include "nearest.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct k_reciprocal {
  index_t k1 = 20;
  index_t k2 = 6;
  double lambda = 0.3;
};

namespace detail {

/// Sparse vector of weights, ascending by item.
using reciprocal_weights = std::vector<std::pair<index_t, double>>;

template <descriptor_rows Queries, descriptor_rows Database>
class reciprocal_encoder {
 public:
  reciprocal_encoder(const Queries& queries, const Database& database, const k_reciprocal& how)
      : queries_(queries), database_(database), how_(how), n_(queries.rows()), total_(n_ + database.rows()) {
    const std::size_t items = static_cast<std::size_t>(total_);
    lists_.resize(items);
    near_.resize(items);
    query_rows_.resize(static_cast<std::size_t>(n_));
    std::vector<double> distances(items);
    std::vector<index_t> order(items);
    for (index_t i = 0; i < total_; ++i) rank(i, distances, order);
  }

  /// R(i, k) in the order of the list.
  std::vector<index_t> reciprocal(index_t i, index_t k) const {
    std::vector<index_t> out;
    for (const index_t j : first(i, k)) {
      const auto back = first(j, k);
      if (std::ranges::find(back, i) != back.end()) out.push_back(j);
    }
    return out;
  }

  reciprocal_weights encode(index_t i) const {
    const std::vector<index_t> own = reciprocal(i, how_.k1);
    std::vector<index_t> sorted = own;
    std::ranges::sort(sorted);
    std::vector<index_t> all = own;
    const index_t half = static_cast<index_t>(std::nearbyint(static_cast<double>(how_.k1) / 2));
    for (const index_t j : own) {
      const std::vector<index_t> more = reciprocal(j, half);
      const auto shared = std::ranges::count_if(more, [&](index_t m) { return std::ranges::binary_search(sorted, m); });
      if (3 * shared > 2 * static_cast<index_t>(more.size())) all.insert(all.end(), more.begin(), more.end());
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    reciprocal_weights v;
    double sum = 0;
    for (const index_t j : all) {
      v.emplace_back(j, std::exp(-distance(i, j)));
      sum += v.back().second;
    }
    for (auto& [j, weight] : v) weight /= sum;
    return v;
  }

  /// The mean of v over the first k2 items of i's list, i included.
  reciprocal_weights expand(index_t i, const std::vector<reciprocal_weights>& v) const {
    const auto closest = first(i, how_.k2 - 1);
    reciprocal_weights out;
    for (const index_t j : closest)
      out.insert(out.end(), v[static_cast<std::size_t>(j)].begin(), v[static_cast<std::size_t>(j)].end());
    std::ranges::stable_sort(out, {}, &std::pair<index_t, double>::first);
    std::size_t kept = 0;
    for (std::size_t a = 0; a < out.size(); ++kept) {
      double sum = 0;
      const index_t item = out[a].first;
      for (; a < out.size() && out[a].first == item; ++a) sum += out[a].second;
      out[kept] = {item, sum / static_cast<double>(closest.size())};
    }
    out.resize(kept);
    return out;
  }

  double query_distance(index_t q, index_t row) const {
    return query_rows_[static_cast<std::size_t>(q)][static_cast<std::size_t>(row)];
  }

 private:
  double squared(index_t i, index_t j) const {
    const auto with = [&](const auto& a) {
      return j < n_ ? sum_of_terms(a, queries_.row(j), square_difference{})
                    : sum_of_terms(a, database_.row(j - n_), square_difference{});
    };
    return i < n_ ? with(queries_.row(i)) : with(database_.row(i - n_));
  }
  double distance(index_t i, index_t j) const {
    const double most = near_[static_cast<std::size_t>(i)];
    return most > 0 ? squared(i, j) / most : 0;
  }
  /// Item i and its k nearest others.
  std::span<const index_t> first(index_t i, index_t k) const {
    const auto& list = lists_[static_cast<std::size_t>(i)];
    return std::span(list).first((std::min)(list.size(), static_cast<std::size_t>(k) + 1));
  }
  void rank(index_t i, std::vector<double>& distances, std::vector<index_t>& order) {
    double most = 0;
    for (index_t j = 0; j < total_; ++j) {
      const double s = squared(i, j);
      distances[static_cast<std::size_t>(j)] = s;
      most = (std::max)(most, s);
      order[static_cast<std::size_t>(j)] = j;
    }
    near_[static_cast<std::size_t>(i)] = most;
    if (i < n_)
      for (index_t j = n_; j < total_; ++j)
        query_rows_[static_cast<std::size_t>(i)].push_back(most > 0 ? distances[static_cast<std::size_t>(j)] / most
                                                                    : 0);
    distances[static_cast<std::size_t>(i)] = -1;  // itself first
    const index_t kept = (std::min)(total_, (std::max)(how_.k1, how_.k2) + 1);
    std::partial_sort(order.begin(), order.begin() + kept, order.end(), [&](index_t a, index_t b) {
      return ranked_first(metric::euclidean, distances[static_cast<std::size_t>(a)], a,
                          distances[static_cast<std::size_t>(b)], b);
    });
    lists_[static_cast<std::size_t>(i)].assign(order.begin(), order.begin() + kept);
  }

  const Queries& queries_;
  const Database& database_;
  k_reciprocal how_;
  index_t n_, total_;
  std::vector<std::vector<index_t>> lists_;
  std::vector<double> near_;  // the largest squared distance of each item
  std::vector<std::vector<double>> query_rows_;
};

inline double shared_weight(const reciprocal_weights& a, const reciprocal_weights& b) {
  double sum = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].first == b[j].first) sum += (std::min)(a[i++].second, b[j++].second);
    else if (a[i].first < b[j].first) ++i;
    else ++j;
  }
  return sum;
}

template <descriptor_rows D>
void check_finite(const D& d, const char* what) {
  for (index_t i = 0; i < d.rows(); ++i)
    if (!std::isfinite(norm_of(d.row(i))))
      raise("rerank: ", what, " ", i, " is not finite, expected finite descriptors");
}

}  // namespace detail

/// The k best rows per query; their scores are the final distances.
template <descriptor_rows Queries, descriptor_rows Database>
neighbours rerank(const Queries& queries, const Database& database, index_t k, const k_reciprocal& how = {}) {
  detail::check_search(queries, database, k, "rerank");
  if (how.k1 < 1 || how.k2 < 1) raise("rerank: k1 is ", how.k1, " and k2 ", how.k2, ", expected at least 1");
  if (!(how.lambda >= 0 && how.lambda <= 1)) raise("rerank: lambda is ", how.lambda, ", expected 0 to 1");
  detail::check_finite(queries, "query");
  detail::check_finite(database, "row");
  const index_t n = queries.rows(), m = database.rows(), kept = (std::min)(k, m);
  neighbours found(n, kept);
  if (n == 0 || m == 0) return found;

  const detail::reciprocal_encoder encoder(queries, database, how);
  std::vector<detail::reciprocal_weights> v, expanded;
  for (index_t i = 0; i < n + m; ++i) v.push_back(encoder.encode(i));
  for (index_t i = 0; i < n + m; ++i) expanded.push_back(encoder.expand(i, v));
  std::vector<std::pair<double, index_t>> ranked;
  for (index_t q = 0; q < n; ++q) {
    ranked.clear();
    for (index_t i = 0; i < m; ++i) {
      const double shared =
          detail::shared_weight(expanded[static_cast<std::size_t>(q)], expanded[static_cast<std::size_t>(n + i)]);
      ranked.emplace_back((1 - how.lambda) * (1 - shared / (2 - shared)) + how.lambda * encoder.query_distance(q, i),
                          i);
    }
    std::partial_sort(ranked.begin(), ranked.begin() + kept, ranked.end());
    for (std::size_t i = 0; i < static_cast<std::size_t>(kept); ++i) {
      found.ids(static_cast<std::size_t>(q))[i] = ranked[i].second;
      found.scores(static_cast<std::size_t>(q))[i] = ranked[i].first;
    }
  }
  return found;
}

}  // namespace cnnpool
