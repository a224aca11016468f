// The revisited Oxford and Paris protocol (Radenovic, Iscen, Tolias, Avrithis, Chum, CVPR 2018): three labels a query,
// three difficulties that differ in what counts as right and what is taken out of the list.
//
//   easy:   positives = easy          junk = junk + hard
//   medium: positives = easy + hard   junk = junk
//   hard:   positives = hard          junk = junk + easy
#pragma once

#include "ranks.hpp"

namespace cnnpool {

template <class Name>
struct revisited_truth {
  std::vector<Name> easy, hard, junk;
};

enum class difficulty { easy, medium, hard };

/// Ranks under one difficulty; a query without positives there is left out by every measure.
template <std::ranges::input_range Results, class Name>
positive_ranks rank_positives(const Results& results, const revisited_truth<Name>& truth, difficulty d) {
  const auto joined = [](std::vector<Name> a, const std::vector<Name>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  if (d == difficulty::easy) return rank_positives(results, truth.easy, joined(truth.junk, truth.hard));
  if (d == difficulty::hard) return rank_positives(results, truth.hard, joined(truth.junk, truth.easy));
  return rank_positives(results, joined(truth.easy, truth.hard), truth.junk);
}

}  // namespace cnnpool
