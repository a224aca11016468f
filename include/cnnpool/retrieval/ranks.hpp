// Where a query's positives stand in its ranked list: what every measure of retrieval is computed from.
//
//   const auto r = rank_positives(results, positives, junk);     results: best first, names or indices
//   oxford_average_precision(r)   average_precision(r)   recall_at(r, 1)   ...
//
// Junk (neither right nor wrong) is taken out of the list before ranks are counted. Positives that were not retrieved
// have no rank but count in `positives`. Positives and junk are sets: naming one twice changes nothing.
// Errors: a result that is listed twice (the published evaluation program then returns more than 1), a name that is
// both positive and junk.
#pragma once

#include <array>
#include <ranges>
#include <string>
#include <unordered_map>
#include <vector>

#include "../core/error.hpp"
#include "../core/shape.hpp"

namespace cnnpool {

struct positive_ranks {
  /// 0-based, ascending, junk not counted.
  std::vector<index> ranks;
  /// How many positives there are, retrieved or not.
  index positives = 0;
};

template <std::ranges::input_range Results, std::ranges::input_range Positives,
          std::ranges::input_range Junk = std::array<std::ranges::range_value_t<Positives>, 0>>
positive_ranks rank_positives(const Results& results, const Positives& positives, const Junk& junk = {}) {
  using name = std::ranges::range_value_t<Results>;
  struct state {
    bool positive = false, junk = false, seen = false;
  };
  std::unordered_map<name, state> known;
  positive_ranks out;
  index rank = 0;
  const auto in_words = [](const name& n) {
    if constexpr (std::is_arithmetic_v<name>) return std::to_string(n);
    else return "\"" + std::string(n) + "\"";
  };
  for (const auto& p : positives) {
    bool& positive = known[name(p)].positive;
    if (!positive) ++out.positives;
    positive = true;
  }
  for (const auto& j : junk) {
    state& s = known[name(j)];
    if (s.positive) raise("rank_positives: ", in_words(name(j)), " is both positive and junk, expected one of the two");
    s.junk = true;
  }
  index position = 0;
  for (const auto& r : results) {
    state& s = known[name(r)];
    if (s.seen) raise("rank_positives: result ", position, ", ", in_words(r), ", is in the list already");
    s.seen = true;
    if (s.positive) out.ranks.push_back(rank);
    if (!s.junk) ++rank;
    ++position;
  }
  return out;
}

}  // namespace cnnpool
