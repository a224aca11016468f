// The three difficulties of the revisited protocol on one list worked out by hand.
#include <cnnpool/retrieval/measures.hpp>
#include <cnnpool/retrieval/revisited.hpp>

#include "catch.hpp"

using namespace cnnpool;
using list = std::vector<index>;

namespace {
//            easy  hard  junk  wrong easy  wrong hard
const list results{10, 20, 30, 0, 11, 1, 21};
const revisited_truth<index> truth{.easy = {10, 11}, .hard = {20, 21}, .junk = {30}};
}  // namespace

TEST_CASE("easy: hard ones are junk") {
  const auto r = rank_positives(results, truth, difficulty::easy);  // 10 0 11 1
  CHECK(r.ranks == list{0, 2});
  CHECK(r.positives == 2);
}
TEST_CASE("medium: easy and hard ones are right") {
  const auto r = rank_positives(results, truth, difficulty::medium);  // 10 20 0 11 1 21
  CHECK(r.ranks == list{0, 1, 3, 5});
  CHECK(*precision_at(r, 5) == Approx(0.6));
}
TEST_CASE("hard: easy ones are junk") {
  const auto r = rank_positives(results, truth, difficulty::hard);  // 20 0 1 21
  CHECK(r.ranks == list{0, 3});
  CHECK(*average_precision(r) == Approx(0.75));
}
TEST_CASE("a query without hard ones has no value under hard") {
  const revisited_truth<index> only_easy{.easy = {10}, .hard = {}, .junk = {}};
  CHECK(!average_precision(rank_positives(results, only_easy, difficulty::hard)));
}
