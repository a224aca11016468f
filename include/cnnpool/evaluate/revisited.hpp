// The protocol of the revisited Oxford and Paris sets (Radenovic et al., CVPR 2018): each query's images are easy, hard
// or junk, and three questions are asked of one ranked list.
//
//   protocol   positives      junk (as if it were not in the list)
//   easy       easy           junk, hard
//   medium     easy, hard     junk
//   hard       hard           junk, easy
//
// measure_revisited: mAP (Oxford's average precision) and mP@1, 5, 10, as fractions of 1; queries without positives
// under a protocol are left out of its means and counted. An image that is twice among easy, hard and junk is an error.
#pragma once

#include "measures.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class protocol { easy, medium, hard };

constexpr const char* to_string(protocol p) {
  constexpr const char* names[] = {"easy", "medium", "hard"};
  return names[static_cast<int>(p)];
}

/// Rows of the database.
struct revisited_relevance {
  std::vector<index_t> easy = {};
  std::vector<index_t> hard = {};
  std::vector<index_t> junk = {};

  relevance<> under(protocol p) const {
    relevance<> out{.positives = p == protocol::hard ? hard : easy, .junk = junk};
    if (p == protocol::medium) out.positives.insert(out.positives.end(), hard.begin(), hard.end());
    if (p == protocol::easy) out.junk.insert(out.junk.end(), hard.begin(), hard.end());
    if (p == protocol::hard) out.junk.insert(out.junk.end(), easy.begin(), easy.end());
    return out;
  }
};

struct revisited_scores {
  mean_measure map, precision_at_1, precision_at_5, precision_at_10;
};

/// lists[q] is the whole ranked list of query q.
template <class Lists>
revisited_scores measure_revisited(const Lists& lists, const std::vector<revisited_relevance>& truths, protocol p) {
  std::vector<relevance<>> under;
  for (const auto& truth : truths) {
    under.push_back(truth.under(p));
    std::vector<index_t> all = under.back().positives;
    all.insert(all.end(), under.back().junk.begin(), under.back().junk.end());
    detail::sorted_items(std::move(all), "measure_revisited", "easy, hard and junk images of a query");
  }
  return {mean_of(measures::average_precision{}, lists, under), mean_of(measures::precision_at{1}, lists, under),
          mean_of(measures::precision_at{5}, lists, under), mean_of(measures::precision_at{10}, lists, under)};
}

}  // namespace cnnpool
