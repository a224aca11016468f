// rank_positives: junk out of the list, sets, names and indices, the two errors.
#include <cnnpool/retrieval/ranks.hpp>

#include <set>
#include <string_view>

#include "catch.hpp"
#include "errors.hpp"

using cnnpool::index;
using cnnpool::rank_positives;
using list = std::vector<index>;

TEST_CASE("junk does not take a rank") {
  // list: 7 3 9 1 4 with junk 3 and 1: left are 7 9 4, positives 9 and 4 at 1 and 2
  const auto r = rank_positives(list{7, 3, 9, 1, 4}, list{4, 9}, list{3, 1});
  CHECK(r.ranks == list{1, 2});
  CHECK(r.positives == 2);
}

TEST_CASE("positives that were not retrieved count, but have no rank") {
  const auto r = rank_positives(list{5, 6}, list{6, 100, 200});
  CHECK(r.ranks == list{1});
  CHECK(r.positives == 3);
}

TEST_CASE("positives and junk are sets") {
  const auto r = rank_positives(list{1, 2, 3}, list{3, 3, 3}, list{1, 1});
  CHECK(r.ranks == list{1});
  CHECK(r.positives == 1);
}

TEST_CASE("nothing retrieved, nothing positive") {
  CHECK(rank_positives(list{}, list{1}).ranks.empty());
  CHECK(rank_positives(list{}, list{1}).positives == 1);
  CHECK(rank_positives(list{1, 2}, list{}).positives == 0);
  CHECK(rank_positives(list{1, 2}, list{}, list{1, 2}).ranks.empty());
}

TEST_CASE("names of any kind, in any range") {
  using namespace std::string_literals;
  const auto r = rank_positives(std::vector{"a.jpg"s, "b.jpg"s, "c.jpg"s}, std::set{"c.jpg"s}, std::array{"a.jpg"s});
  CHECK(r.ranks == list{1});
}

TEST_CASE("what is wrong is said with its name") {
  CHECK(sentence([] { rank_positives(list{4, 8, 4}, list{8}); }) == "rank_positives: result 2, 4, is in the list already");
  CHECK(sentence([] { rank_positives(list{4, 4}, list{8}, list{4}); }) ==
        "rank_positives: result 1, 4, is in the list already");
  CHECK(sentence([] { rank_positives(list{1}, list{8, 9}, list{2, 9}); }) ==
        "rank_positives: 9 is both positive and junk, expected one of the two");
  CHECK(sentence([] {
          using namespace std::string_literals;
          rank_positives(std::vector{"x"s, "x"s}, std::vector{"y"s});
        }) == "rank_positives: result 1, \"x\", is in the list already");
}
