// How good a ranked list is: average precision (Oxford's and rectangular), recall, hits and precision at k, and means.
//
//   average_precision    Oxford's compute_ap.cpp, trapezoids: SUM_j ((r_j = 0 ? 1 : j/r_j) + (j+1)/(r_j+1)) / (2 P)
//   rectangular_average_precision   scikit-learn's:           SUM_j (j+1)/(r_j+1) / P
//   recall_at(k)         the fraction of the positives that are among the first k
//   ukbench_score        4 * recall_at(4): how many of a photo's group of 4, itself included, are among the first 4
//   hit_at(k)            1 when a positive is among the first k, else 0; papers on place recognition call it recall@k
//   precision_at(k)      mP@k of the revisited Oxford and Paris: #(ranks <= kq) / kq, kq = min(last positive's rank, k)
//   mean_of(measure, lists, truths)   over the queries that have positives, and how many were left out
//
// P: number of positives; r_j: 0-based rank of the j-th positive (j from 0) in the list without junk. A positive that
// is not in the list adds 0, whether the list is shorter than the database or the database lacks it. Items are indices,
// names, or anything else that is ordered; a list and its truth may have integers of two types, compared by value, or
// strings of two types. An item that is twice in a list, twice among the positives, or positive and junk at once is an
// error (the published program then returns more than 1), and so is a single query without positives. Computed in
// double.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <limits>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/shape.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// The ground truth of one query. positives = good + ok of the Oxford files; junk counts as if it were not in the list.
template <class Item = index_t>
struct relevance {
  std::vector<Item> positives = {};
  std::vector<Item> junk = {};
};

namespace detail {

/// What is ranked: an item, or the id of a neighbour that a search found.
template <class Element>
decltype(auto) item_of(const Element& element) {
  if constexpr (requires { element.id; }) return (element.id);
  else return (element);
}
template <class Ranked>
using ranked_item = std::remove_cvref_t<decltype(item_of(*std::ranges::begin(std::declval<const Ranked&>())))>;

template <class A, class B>
inline constexpr bool are_integers = std::integral<A> && std::integral<B>;
template <class A, class B>
inline constexpr bool are_strings =
    std::is_convertible_v<A, std::string_view> && std::is_convertible_v<B, std::string_view>;

/// The order of items, be they of two types.
struct item_before {
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    if constexpr (are_integers<A, B>) return std::cmp_less(+a, +b);  // + makes a char an integer
    else if constexpr (are_strings<A, B>) return std::string_view(a) < std::string_view(b);
    else if constexpr (std::is_same_v<A, B>) return a < b;
    else return false;  // ranks_of does not compile, and one error is enough
  }
};

template <class Item>
std::string item_text(const Item& item) {
  if constexpr (std::integral<Item>) return detail::decimal(item);
  else if constexpr (requires { std::string(item); }) return "\"" + std::string(item) + "\"";
  else return "(an item)";
}

template <class Item>
std::vector<Item> sorted_items(std::vector<Item> items, const char* where, const char* what) {
  std::ranges::sort(items, item_before{});
  const auto twice = std::ranges::adjacent_find(items, std::not_fn(item_before{}));
  if (twice != items.end()) raise(where, ": ", item_text(*twice), " is twice in the ", what, ", expected once");
  return items;
}

/// The ranks r_j, ascending, of the positives that were retrieved.
template <std::ranges::input_range Ranked, class Item>
std::vector<index_t> ranks_of(const Ranked& ranked, const relevance<Item>& truth, const char* where) {
  using item_type = ranked_item<Ranked>;
  static_assert(std::is_same_v<item_type, Item> || are_integers<item_type, Item> || are_strings<item_type, Item>,
                "cnnpool: a ranked list and its relevance have items of one type, or integers both, or strings both");
  if (truth.positives.empty()) raise(where, ": the query has 0 positives, expected at least 1");
  std::vector<item_type> items;
  for (const auto& element : ranked) items.push_back(item_of(element));
  sorted_items(items, where, "ranked list");
  const auto positives = sorted_items(truth.positives, where, "positives");
  const auto junk = sorted_items(truth.junk, where, "junk");
  for (const Item& item : positives)
    if (std::ranges::binary_search(junk, item, item_before{}))
      raise(where, ": ", item_text(item), " is a positive and junk, expected one of them");
  std::vector<index_t> ranks;
  index_t rank = 0;
  for (const auto& item : items) {
    if (std::ranges::binary_search(junk, item, item_before{})) continue;
    if (std::ranges::binary_search(positives, item, item_before{})) ranks.push_back(rank);
    ++rank;
  }
  return ranks;
}

inline void check_k(index_t k, const char* where) {
  if (k < 1) raise(where, ": k is ", k, ", expected at least 1");
}

inline index_t ranked_before(const std::vector<index_t>& ranks, index_t k) {
  return std::ranges::lower_bound(ranks, k) - ranks.begin();
}

}  // namespace detail

template <std::ranges::input_range Ranked, class Item = detail::ranked_item<Ranked>>
double average_precision(const Ranked& ranked, const relevance<Item>& truth) {
  double total = 0, found = 0;
  for (const index_t r : detail::ranks_of(ranked, truth, "average_precision")) {
    const double rank = static_cast<double>(r);
    total += ((r == 0 ? 1 : found / rank) + (found + 1) / (rank + 1)) / 2;
    ++found;
  }
  return total / static_cast<double>(truth.positives.size());
}

template <std::ranges::input_range Ranked, class Item = detail::ranked_item<Ranked>>
double rectangular_average_precision(const Ranked& ranked, const relevance<Item>& truth) {
  double total = 0, found = 0;
  for (const index_t r : detail::ranks_of(ranked, truth, "rectangular_average_precision"))
    total += ++found / static_cast<double>(r + 1);
  return total / static_cast<double>(truth.positives.size());
}

template <std::ranges::input_range Ranked, class Item = detail::ranked_item<Ranked>>
double recall_at(index_t k, const Ranked& ranked, const relevance<Item>& truth) {
  detail::check_k(k, "recall_at");
  const index_t found = detail::ranked_before(detail::ranks_of(ranked, truth, "recall_at"), k);
  return static_cast<double>(found) / static_cast<double>(truth.positives.size());
}

template <std::ranges::input_range Ranked, class Item = detail::ranked_item<Ranked>>
double ukbench_score(const Ranked& ranked, const relevance<Item>& truth) {
  return 4 * recall_at(4, ranked, truth);
}

template <std::ranges::input_range Ranked, class Item = detail::ranked_item<Ranked>>
double hit_at(index_t k, const Ranked& ranked, const relevance<Item>& truth) {
  detail::check_k(k, "hit_at");
  return detail::ranked_before(detail::ranks_of(ranked, truth, "hit_at"), k) > 0 ? 1 : 0;
}

template <std::ranges::input_range Ranked, class Item = detail::ranked_item<Ranked>>
double precision_at(index_t k, const Ranked& ranked, const relevance<Item>& truth) {
  detail::check_k(k, "precision_at");
  const std::vector<index_t> ranks = detail::ranks_of(ranked, truth, "precision_at");
  if (ranks.empty()) return 0;
  const index_t kq = (std::min)(ranks.back() + 1, k);
  return static_cast<double>(detail::ranked_before(ranks, kq)) / static_cast<double>(kq);
}

/// The measures as objects, for mean_of(measures::hit_at{1}, ...).
namespace measures {
struct average_precision {
  double operator()(const auto& ranked, const auto& truth) const { return cnnpool::average_precision(ranked, truth); }
};
struct rectangular_average_precision {
  double operator()(const auto& ranked, const auto& truth) const {
    return cnnpool::rectangular_average_precision(ranked, truth);
  }
};
struct recall_at {
  index_t k;
  double operator()(const auto& ranked, const auto& truth) const { return cnnpool::recall_at(k, ranked, truth); }
};
struct ukbench_score {
  double operator()(const auto& ranked, const auto& truth) const { return cnnpool::ukbench_score(ranked, truth); }
};
struct hit_at {
  index_t k;
  double operator()(const auto& ranked, const auto& truth) const { return cnnpool::hit_at(k, ranked, truth); }
};
struct precision_at {
  index_t k;
  double operator()(const auto& ranked, const auto& truth) const { return cnnpool::precision_at(k, ranked, truth); }
};
}  // namespace measures

/// value is NaN when no query has positives.
struct mean_measure {
  double value = std::numeric_limits<double>::quiet_NaN();
  index_t counted = 0;
  index_t left_out = 0;
};

/// lists[q] is the ranked list of query q and truths[q] its ground truth.
template <class Measure, class Lists, class Item = index_t>
mean_measure mean_of(const Measure& measure, const Lists& lists, const std::vector<relevance<Item>>& truths) {
  if (lists.size() != truths.size())
    raise("mean_of: ", lists.size(), " ranked lists for the truths of ", truths.size(), " queries, expected as many");
  mean_measure mean;
  double total = 0;
  for (std::size_t q = 0; q < truths.size(); ++q) {
    if (truths[q].positives.empty()) {
      ++mean.left_out;
      continue;
    }
    total += measure(lists[q], truths[q]);
    ++mean.counted;
  }
  if (mean.counted > 0) mean.value = total / static_cast<double>(mean.counted);
  return mean;
}

}  // namespace cnnpool
