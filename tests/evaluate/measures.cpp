#include <cnnpool/evaluate/measures.hpp>

#include <cnnpool/search/neighbours.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {

const std::vector<index_t> ten = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

// The published program, as a loop over the list: old and new recall and precision, one trapezoid per item.
long double oxford(const std::vector<index_t>& ranked, const std::set<index_t>& positives,
                   const std::set<index_t>& junk) {
  long double old_recall = 0, old_precision = 1, area = 0;
  long double hits = 0, seen = 0;
  for (const index_t item : ranked) {
    if (junk.count(item) != 0) continue;
    if (positives.count(item) != 0) ++hits;
    const long double recall = hits / static_cast<long double>(positives.size()), precision = hits / (seen + 1);
    area += (recall - old_recall) * ((old_precision + precision) / 2);
    old_recall = recall;
    old_precision = precision;
    ++seen;
  }
  return area;
}

// Mean of the precision at every positive, by counting from the front each time.
long double bars_of(const std::vector<index_t>& ranked, const std::set<index_t>& positives,
                    const std::set<index_t>& junk) {
  std::vector<index_t> clean;
  for (const index_t item : ranked)
    if (junk.count(item) == 0) clean.push_back(item);
  long double total = 0;
  for (std::size_t end = 1; end <= clean.size(); ++end) {
    if (positives.count(clean[end - 1]) == 0) continue;
    long double hits = 0;
    for (std::size_t i = 0; i < end; ++i) hits += positives.count(clean[i]) != 0 ? 1 : 0;
    total += hits / static_cast<long double>(end);
  }
  return total / static_cast<long double>(positives.size());
}

unsigned seed() {
  const char* given = std::getenv("CNNPOOL_TEST_SEED");
  const unsigned value = given == nullptr ? 1 : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  std::cout << "seed " << value << " (CNNPOOL_TEST_SEED)\n";
  return value;
}

}  // namespace

TEST_CASE("average precision of lists short enough to compute by hand") {
  CHECK(average_precision(ten, {.positives = {0, 1, 2}}) == 1);
  CHECK(average_precision(ten, {.positives = {1}}) == 0.25);  // (0/1 + 1/2) / 2
  CHECK(average_precision(ten, {.positives = {0, 3}}) == Approx((1 + (1.0 / 3 + 2.0 / 4) / 2) / 2));
  CHECK(rectangular_average_precision(ten, {.positives = {1}}) == 0.5);
  CHECK(rectangular_average_precision(ten, {.positives = {0, 3}}) == 0.75);
  CHECK(rectangular_average_precision(ten, {.positives = {0, 1, 2}}) == 1);
}

TEST_CASE("positives that were not retrieved add nothing") {
  CHECK(average_precision(ten, {.positives = {0, 77}}) == 0.5);
  CHECK(rectangular_average_precision(ten, {.positives = {0, 77}}) == 0.5);
  CHECK(average_precision(std::vector<index_t>{}, {.positives = {4}}) == 0);
  CHECK(precision_at(5, ten, {.positives = {77}}) == 0);
}

TEST_CASE("junk counts as if it were not in the list") {
  CHECK(average_precision(ten, {.positives = {2}, .junk = {0, 1}}) == 1);
  CHECK(average_precision(ten, {.positives = {2}, .junk = {0, 9}}) == 0.25);
  CHECK(rectangular_average_precision(ten, {.positives = {2}, .junk = {0}}) == 0.5);
  CHECK(hit_at(1, ten, {.positives = {2}, .junk = {0, 1}}) == 1);
  CHECK(recall_at(2, ten, {.positives = {2, 4}, .junk = {0, 1, 3}}) == 1);
}

TEST_CASE("recall, hits and precision at k") {
  const relevance<> truth{.positives = {1, 4, 5, 77}};
  CHECK(recall_at(1, ten, truth) == 0);
  CHECK(recall_at(2, ten, truth) == 0.25);
  CHECK(recall_at(5, ten, truth) == 0.5);
  CHECK(recall_at(100, ten, truth) == 0.75);
  CHECK(hit_at(1, ten, truth) == 0);
  CHECK(hit_at(2, ten, truth) == 1);
  CHECK(hit_at(10, ten, truth) == 1);
  CHECK(precision_at(1, ten, truth) == 0);
  CHECK(precision_at(5, ten, truth) == 2.0 / 5);
  CHECK(precision_at(10, ten, truth) == 3.0 / 6);  // the last positive has rank 6, and no more is asked for
}

TEST_CASE("UKBench's score is the number of the group's photos among the first four") {
  CHECK(ukbench_score(ten, {.positives = {0, 1, 2, 3}}) == 4);
  CHECK(ukbench_score(ten, {.positives = {0, 2, 4, 5}}) == 2);
  CHECK(ukbench_score(ten, {.positives = {0, 1, 3}, .junk = {2}}) == 4);  // 4 * recall@4 whatever the group's size
  CHECK(mean_of(measures::ukbench_score{}, std::vector{ten, ten},
                {{.positives = {0, 4, 5, 6}}, {.positives = {0, 1, 2, 9}}})
            .value == 2);
}

TEST_CASE("names are items too") {
  const std::vector<std::string> ranked = {"b", "a", "c"};
  CHECK(average_precision(ranked, {.positives = {"a"}, .junk = {"b"}}) == 1);
  CHECK(sentence([&] {
          average_precision(std::vector<std::string>{"b", "a", "b"}, {.positives = {"a"}});
        }) == "average_precision: \"b\" is twice in the ranked list, expected once");
}

TEST_CASE("a list and its truth may have different types of integers, compared by value, or of strings") {
  const relevance<int> truth{.positives = {-1, 3}, .junk = {0}};
  CHECK(average_precision(ten, truth) == average_precision(ten, {.positives = {-1, 3}, .junk = {0}}));
  CHECK(hit_at(1, std::vector<unsigned>{0xffffffffu, 3}, truth) == 0);  // the number, not the bits of -1
  CHECK(recall_at(1, std::vector<std::uint8_t>{0, 3}, truth) == 0.5);
  CHECK(precision_at(2, std::vector<index_t>{(index_t{1} << 32) + 3, 3}, truth) == 0.5);
  const std::vector<index_t> ids = {0, 5, 3};
  const std::vector<double> scores = {3, 2, 1};
  const std::vector<neighbour_list> found = {{ids, scores}};
  CHECK(mean_of(measures::rectangular_average_precision{}, found, std::vector{truth}).value == 0.25);

  const relevance<std::string> names{.positives = {"a"}, .junk = {"b"}};
  const char first[] = "b", again[] = "b";
  CHECK(average_precision(std::vector<std::string_view>{"b", "a"}, names) == 1);
  CHECK(average_precision(std::vector<const char*>{first, "a"}, names) == 1);
  CHECK(sentence([&] { average_precision(std::vector<const char*>{first, "a", again}, names); }) ==
        "average_precision: \"b\" is twice in the ranked list, expected once");
}

TEST_CASE("the mean counts the queries with positives and says how many it left out") {
  const std::vector<std::vector<index_t>> lists = {{0, 1}, {1, 0}, {0, 1}};
  const std::vector<relevance<>> truths = {{.positives = {0}}, {}, {.positives = {1}}};
  const mean_measure map = mean_of(measures::average_precision{}, lists, truths);
  CHECK(map.value == 0.625);
  CHECK(map.counted == 2);
  CHECK(map.left_out == 1);
  CHECK(mean_of(measures::rectangular_average_precision{}, lists, truths).value == 0.75);
  CHECK(mean_of(measures::hit_at{1}, lists, truths).value == 0.5);
  CHECK(mean_of(measures::recall_at{2}, lists, truths).value == 1);
  CHECK(mean_of(measures::precision_at{1}, lists, truths).value == 0.5);
  const std::vector<std::vector<index_t>> one_list = {{0}};
  const mean_measure none = mean_of(measures::average_precision{}, one_list, {relevance<>{}});
  CHECK(std::isnan(none.value));
  CHECK(none.left_out == 1);
  CHECK(sentence([&] { mean_of(measures::average_precision{}, lists, {relevance<>{}}); }) ==
        "mean_of: 3 ranked lists for the truths of 1 queries, expected as many");
}

TEST_CASE("bad lists are one sentence") {
  const std::vector<index_t> twice = {3, 1, 3};
  CHECK(sentence([&] { average_precision(twice, {.positives = {1}}); }) ==
        "average_precision: 3 is twice in the ranked list, expected once");
  CHECK(sentence([&] {
          rectangular_average_precision(ten, {.positives = {1, 2, 1}});
        }) == "rectangular_average_precision: 1 is twice in the positives, expected once");
  CHECK(sentence([&] {
          recall_at(1, ten, {.positives = {1}, .junk = {2, 2}});
        }) == "recall_at: 2 is twice in the junk, expected once");
  CHECK(sentence([&] { hit_at(1, ten, {.positives = {1}, .junk = {1}}); }) ==
        "hit_at: 1 is a positive and junk, expected one of them");
  CHECK(sentence([&] { average_precision(ten, {}); }) ==
        "average_precision: the query has 0 positives, expected at least 1");
  CHECK(sentence([&] { recall_at(0, ten, {.positives = {1}}); }) == "recall_at: k is 0, expected at least 1");
  CHECK(sentence([&] { hit_at(-1, ten, {.positives = {1}}); }) == "hit_at: k is -1, expected at least 1");
  CHECK(sentence([&] { precision_at(0, ten, {.positives = {1}}); }) == "precision_at: k is 0, expected at least 1");
}

TEST_CASE("random lists against the published program's loop in long double") {
  std::mt19937 engine(seed());
  const auto draw = [&](int below) { return static_cast<int>(engine() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 500; ++round) {
    std::vector<index_t> items(static_cast<std::size_t>(2 + draw(60)));
    std::iota(items.begin(), items.end(), index_t{0});
    std::set<index_t> positives, junk;
    for (const index_t item : items) {
      const int kind = draw(4);
      if (kind == 0) positives.insert(item);
      if (kind == 1) junk.insert(item);
    }
    positives.insert(items.back());
    junk.erase(items.back());
    std::shuffle(items.begin(), items.end(), engine);
    items.resize(items.size() - static_cast<std::size_t>(draw(static_cast<int>(items.size()))));
    const relevance<> truth{{positives.begin(), positives.end()}, {junk.begin(), junk.end()}};
    const double area = average_precision(items, truth), bars = rectangular_average_precision(items, truth);
    REQUIRE(std::abs(static_cast<long double>(area) - oxford(items, positives, junk)) < 1e-14L);
    REQUIRE(std::abs(static_cast<long double>(bars) - bars_of(items, positives, junk)) < 1e-14L);
    REQUIRE(area >= 0);
    REQUIRE(area <= bars + 1e-14);
    REQUIRE(bars <= 1 + 1e-14);
  }
}
