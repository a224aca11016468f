// Measures against values worked out by hand, and against an oracle that walks the list as the definitions say, in long
// double, on random rankings.
#include <cnnpool/retrieval/measures.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;
using list = std::vector<index>;

namespace {

positive_ranks at(list ranks, index positives) { return {std::move(ranks), positives}; }

unsigned seed() {
  const char* given = std::getenv("CNNPOOL_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20240607u;
}

/// Precision and recall after every junk-free result, then the area: trapezoids (precision starts at 1) or rectangles.
struct oracle {
  long double trapezoid = 0, rectangle = 0;
  std::vector<long double> recall, precision;

  oracle(const list& results, const list& positives, const list& junk) {
    const auto in = [](const list& l, index x) { return std::count(l.begin(), l.end(), x) != 0; };
    long double last_recall = 0, last_precision = 1, found = 0, seen = 0;
    for (const index r : results) {
      if (in(junk, r)) continue;
      seen += 1;
      if (in(positives, r)) found += 1;
      recall.push_back(found / static_cast<long double>(positives.size()));
      precision.push_back(found / seen);
      trapezoid += (recall.back() - last_recall) * (last_precision + precision.back()) / 2;
      rectangle += (recall.back() - last_recall) * precision.back();
      last_recall = recall.back();
      last_precision = precision.back();
    }
  }
};

}  // namespace

TEST_CASE("Oxford average precision by hand") {
  CHECK(*oxford_average_precision(at({0}, 1)) == Approx(1.0));
  CHECK(*oxford_average_precision(at({0, 1, 2}, 3)) == Approx(1.0));
  // one positive, second in the list: (0/1 + 1/2)/2
  CHECK(*oxford_average_precision(at({1}, 1)) == Approx(0.25));
  // ranks 0, 2 of 3 positives: (1 + 1) + (1/2 + 2/3) = 19/6, over 6
  CHECK(*oxford_average_precision(at({0, 2}, 3)) == Approx(19.0 / 36));
  CHECK(*oxford_average_precision(at({}, 4)) == 0.0);
}

TEST_CASE("rectangular average precision by hand") {
  // scikit-learn's documented example: y_true = 0 0 1 1, scores = .1 .4 .35 .8, so the order is 3 1 2 0
  const auto r = rank_positives(list{3, 1, 2, 0}, list{2, 3});
  CHECK(*average_precision(r) == Approx(5.0 / 6));
  CHECK(*average_precision(at({1}, 1)) == Approx(0.5));
  CHECK(*average_precision(at({0, 2}, 3)) == Approx((1 + 2.0 / 3) / 3));
  CHECK(*average_precision(at({}, 2)) == 0.0);
}

TEST_CASE("recall, hits and precision among the first k") {
  const positive_ranks r = at({0, 3, 4, 9}, 5);
  CHECK(*recall_at(r, 1) == Approx(0.2));
  CHECK(*recall_at(r, 4) == Approx(0.4));
  CHECK(*recall_at(r, 5) == Approx(0.6));
  CHECK(*recall_at(r, 1000) == Approx(0.8));
  CHECK(*hit_at(at({1}, 1), 1) == 0.0);
  CHECK(*hit_at(at({1}, 1), 2) == 1.0);
  CHECK(*hit_at(at({}, 1), 2) == 0.0);
  CHECK(*precision_at(r, 1) == Approx(1.0));
  CHECK(*precision_at(r, 5) == Approx(0.6));
  CHECK(*precision_at(r, 10) == Approx(0.4));
  CHECK(*precision_at(r, 50) == Approx(0.4));  // kq = 10: nothing right comes later
  CHECK(*precision_at(at({1}, 1), 10) == Approx(0.5));
  CHECK(*precision_at(at({}, 1), 10) == 0.0);
}

TEST_CASE("the UKBench score counts to four") {
  CHECK(*ukbench_score(at({0, 1, 2, 3}, 4)) == Approx(4.0));
  CHECK(*ukbench_score(at({0, 2, 5, 6}, 4)) == Approx(2.0));
  CHECK(!ukbench_score(at({}, 0)));
  CHECK(sentence([] { ukbench_score({{0}, 3}); }) == "ukbench_score: the query has 3 positives, expected 4");
}

TEST_CASE("queries without positives are left out and counted") {
  mean_over_queries m;
  m.add(oxford_average_precision(at({0}, 1)));
  m.add(oxford_average_precision(at({}, 0)));
  m.add(oxford_average_precision(at({1}, 1)));
  CHECK(m.mean() == Approx(0.625));
  CHECK(m.counted() == 2);
  CHECK(m.left_out() == 1);
  CHECK(!average_precision(at({}, 0)));
  CHECK(!recall_at(at({}, 0), 1));
  CHECK(!hit_at(at({}, 0), 1));
  CHECK(!precision_at(at({}, 0), 1));
}

TEST_CASE("a mean of nothing and a k of nothing are errors") {
  mean_over_queries m;
  m.add(std::nullopt);
  CHECK(sentence([&] { (void)m.mean(); }) == "mean_over_queries: none of the 1 queries has a positive");
  CHECK(sentence([] { recall_at({{0}, 1}, 0); }) == "recall_at: k is 0, expected at least 1");
  CHECK(sentence([] { hit_at({{0}, 1}, -1); }) == "hit_at: k is -1, expected at least 1");
  CHECK(sentence([] { precision_at({{0}, 1}, 0); }) == "precision_at: k is 0, expected at least 1");
}

TEST_CASE("random rankings against the definitions") {
  INFO("CNNPOOL_TEST_SEED=" << seed());
  std::mt19937 random(seed());
  for (int round = 0; round < 300; ++round) {
    const index n = 1 + static_cast<index>(random() % 60);
    list results(static_cast<std::size_t>(n)), positives, junk;
    for (index i = 0; i < n; ++i) results[static_cast<std::size_t>(i)] = i;
    std::shuffle(results.begin(), results.end(), random);
    // names from n to n+9 exist, but are not in the list
    for (index i = 0; i < n + 10; ++i) {
      const unsigned kind = random() % 4;
      if (kind == 0) positives.push_back(i);
      if (kind == 1) junk.push_back(i);
    }
    if (positives.empty()) continue;
    const oracle expected(results, positives, junk);
    const positive_ranks r = rank_positives(results, positives, junk);
    CHECK(*oxford_average_precision(r) == Approx(static_cast<double>(expected.trapezoid)).epsilon(1e-12));
    CHECK(*average_precision(r) == Approx(static_cast<double>(expected.rectangle)).epsilon(1e-12));
    const std::size_t k = 1 + random() % 20;
    if (k <= expected.recall.size()) {
      CHECK(*recall_at(r, static_cast<index>(k)) == Approx(static_cast<double>(expected.recall[k - 1])).epsilon(1e-12));
      CHECK(*hit_at(r, static_cast<index>(k)) == (expected.recall[k - 1] > 0 ? 1.0 : 0.0));
      if (!r.ranks.empty() && r.ranks.back() + 1 >= static_cast<index>(k))
        CHECK(*precision_at(r, static_cast<index>(k)) ==
              Approx(static_cast<double>(expected.precision[k - 1])).epsilon(1e-12));
    }
  }
}
