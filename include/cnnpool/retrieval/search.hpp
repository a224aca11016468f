// Exact search: the k best database rows of every query, best first.
//
//   neighbours<float> found = search(queries, database, {.k = 10});       found.row(i)[0] is the best row for query i
//
// similarity::cosine is a.b / (|a| |b|), 0 where either vector is zero; on unit vectors it is the inner product.
// similarity::inner_product skips the norms. similarity::euclidean is |a - b|, from differences, smallest first.
//
// Ties go to the lower index and a NaN score comes last, so there is exactly one right answer; it is the same for any
// number of threads and any order of the queries. A score depends on its two vectors only: equal rows get equal bits.
// Sums as in policy/sum.hpp. Every query reads a slice of the database while it is in the cache.
// Errors: widths that differ, k outside 1 .. database rows.
#pragma once

#include <algorithm>
#include <vector>

#include "../policy/weighted_sum.hpp"
#include "../pool.hpp"
#include "../post/l2.hpp"

namespace cnnpool {

enum class similarity { cosine, inner_product, euclidean };

struct search_options {
  index k = 1;
  similarity measure = similarity::cosine;
};

template <class A>
struct neighbour {
  index row = 0;
  A score = 0;
};

/// rows() queries with k() neighbours each.
template <class A>
class neighbours {
 public:
  neighbours(index rows, index k)
      : rows_(rows), k_(k), found_(static_cast<std::size_t>(checked_size({.n = rows, .c = k}, "search"))) {}
  index rows() const { return rows_; }
  index k() const { return k_; }
  std::span<neighbour<A>> row(index i) { return {found_.data() + i * k_, static_cast<std::size_t>(k_)}; }
  std::span<const neighbour<A>> row(index i) const { return {found_.data() + i * k_, static_cast<std::size_t>(k_)}; }
  /// The database rows of one query: the ranked list that rank_positives takes.
  std::vector<index> ranking(index i) const {
    std::vector<index> list;
    for (const auto& n : row(i)) list.push_back(n.row);
    return list;
  }

 private:
  index rows_, k_;
  std::vector<neighbour<A>> found_;
};

namespace detail {

/// SUM (x - w)^2
struct squared_distance {
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x, const V& w) const {
    const V d = x - w;
    return s + d * d;
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index) const {
    return sqrt(s);
  }
};

/// Rows of a descriptor matrix as the channels of one image whose positions are the components.
template <class T>
source<feature_view<T>> rows_as_channels(const T* first, index rows, index cols, index row_stride) {
  return as_source(feature_view<T>(first, {1, rows, 1, cols}, strides{0, row_stride, 0, 1}));
}

template <class M>
index row_stride_of(const M& m) {
  if constexpr (requires { m.row_stride(); }) return m.row_stride();
  else return m.cols();
}

template <class A>
struct better {
  bool smallest_first;
  bool operator()(const neighbour<A>& a, const neighbour<A>& b) const {
    const bool a_nan = a.score != a.score, b_nan = b.score != b.score;
    if (a_nan != b_nan) return b_nan;
    if (!a_nan && a.score != b.score) return smallest_first ? a.score < b.score : a.score > b.score;
    return a.row < b.row;
  }
};

/// The best k of a stream of scores; a heap with the worst of them on top.
template <class A>
class best {
 public:
  best(std::span<neighbour<A>> memory, bool smallest_first) : memory_(memory), order_{smallest_first} {}
  void offer(const neighbour<A>& n) {
    const auto first = memory_.begin(), last = first + count_;
    if (count_ < static_cast<index>(memory_.size())) {
      *last = n;
      ++count_;
      std::push_heap(first, last + 1, order_);
    } else if (order_(n, *first)) {
      std::pop_heap(first, last, order_);
      *(last - 1) = n;
      std::push_heap(first, last, order_);
    }
  }
  void sort() { std::sort_heap(memory_.begin(), memory_.begin() + count_, order_); }

 private:
  std::span<neighbour<A>> memory_;
  better<A> order_;
  index count_ = 0;
};

template <backend B, class T>
std::vector<T> norms_of(const B& b, const T* data, index rows, index cols, index row_stride) {
  std::vector<T> norms(static_cast<std::size_t>(rows));
  if (rows == 0 || cols == 0) return norms;
  scratch none(nullptr, 0);
  const matrix<T> result{norms.data(), 1, rows, rows, 1};
  b.fold(none, rows_as_channels(data, rows, cols, row_stride), euclidean_norm{}, result);
  return norms;
}

}  // namespace detail

/// queries, database: descriptors or descriptor_spans of one floating point type, in host memory.
template <backend B, class Queries, class Database>
auto search(const B& b, const Queries& queries, const Database& database, const search_options& options) {
  using A = std::remove_const_t<typename Queries::value_type>;
  static_assert(std::is_same_v<A, std::remove_const_t<typename Database::value_type>>,
                "cnnpool::search: queries and database have different element types");
  static_assert(std::is_same_v<typename B::space, host_space>, "cnnpool::search: runs on backends for host memory");
  const index rows = database.rows(), d = database.cols(), stride = detail::row_stride_of(database);
  if (queries.cols() != d)
    raise("search: the queries have ", queries.cols(), " components, the database has ", d);
  if (options.k < 1 || options.k > rows)
    raise("search: k is ", options.k, ", expected 1 to ", rows, " (the rows of the database)");
  const bool cosine = options.measure == similarity::cosine, distance = options.measure == similarity::euclidean;
  const A* data = database.data();
  const A* query = queries.data();
  const index query_stride = detail::row_stride_of(queries);

  neighbours<A> out(queries.rows(), options.k);
  std::vector<detail::best<A>> lists;
  for (index i = 0; i < queries.rows(); ++i) lists.emplace_back(out.row(i), distance);
  std::vector<A> database_norms, query_norms;
  if (cosine) {
    database_norms = detail::norms_of<B, A>(b, data, rows, d, stride);
    query_norms = detail::norms_of<B, A>(b, query, queries.rows(), d, query_stride);
  }
  constexpr index in_cache = 1 << 18;
  const index row_bytes = (d < 1 ? 1 : d) * static_cast<index>(sizeof(A));
  const index slice = row_bytes >= in_cache / 64 ? 64 : in_cache / row_bytes;
  std::vector<A> scores(static_cast<std::size_t>(slice < rows ? slice : rows));
  scratch none(nullptr, 0);
  for (index first = 0; first < rows; first += slice) {
    const index count = rows - first < slice ? rows - first : slice;
    const matrix<A> result{scores.data(), 1, count, count, 1};
    for (index i = 0; i < queries.rows(); ++i) {
      if (d != 0) {
        const auto part = detail::rows_as_channels(data + first * stride, count, d, stride);
        const position_weights<A> weights{query + i * query_stride, 0};
        if (distance) b.weighted_fold(none, part, weights, detail::squared_distance{}, result);
        else b.weighted_fold(none, part, weights, detail::weighted_sum{}, result);
      }
      for (index j = 0; j < count; ++j) {
        A score = scores[static_cast<std::size_t>(j)];
        if (cosine) {
          // Divided twice: the product of two norms can leave the range although the cosine does not.
          const A a = query_norms[static_cast<std::size_t>(i)], c = database_norms[static_cast<std::size_t>(first + j)];
          score = a == A(0) || c == A(0) ? A(0) : score / a / c;
        }
        lists[static_cast<std::size_t>(i)].offer({first + j, score});
      }
    }
  }
  for (auto& list : lists) list.sort();
  return out;
}
template <class Queries, class Database>
auto search(const Queries& queries, const Database& database, const search_options& options) {
  return search(cpu{}, queries, database, options);
}

}  // namespace cnnpool
