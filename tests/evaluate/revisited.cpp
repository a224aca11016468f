#include <cnnpool/evaluate/revisited.hpp>

#include <cmath>
#include <set>

#include "catch.hpp"
#include "errors.hpp"
#include "random.hpp"

using namespace cnnpool;

namespace {

// compute_map of the published protocol: positions of positives and junk in the list, ranks without junk, trapezoids.
struct published {
  std::vector<long double> pos;  // 0-based ranks without junk
  long double positives;

  published(const std::vector<index_t>& ranked, const std::set<index_t>& ok, const std::set<index_t>& junk)
      : positives(static_cast<long double>(ok.size())) {
    long double removed = 0;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      if (junk.count(ranked[i]) != 0) ++removed;
      if (ok.count(ranked[i]) != 0) pos.push_back(static_cast<long double>(i) - removed);
    }
  }
  long double ap() const {
    long double total = 0;
    for (std::size_t j = 0; j < pos.size(); ++j) {
      const long double before = pos[j] == 0 ? 1 : static_cast<long double>(j) / pos[j];
      total += (before + static_cast<long double>(j + 1) / (pos[j] + 1)) / 2 / positives;
    }
    return total;
  }
  long double precision(long double k) const {
    if (pos.empty()) return 0;
    const long double kq = std::min(pos.back() + 1, k);
    long double hits = 0;
    for (const long double p : pos) hits += p + 1 <= kq ? 1 : 0;
    return hits / kq;
  }
};

}  // namespace

TEST_CASE("what is a positive and what is junk under each protocol") {
  const revisited_relevance truth{.easy = {1, 2}, .hard = {3}, .junk = {4}};
  CHECK(truth.under(protocol::easy).positives == std::vector<index_t>{1, 2});
  CHECK(truth.under(protocol::easy).junk == std::vector<index_t>{4, 3});
  CHECK(truth.under(protocol::medium).positives == std::vector<index_t>{1, 2, 3});
  CHECK(truth.under(protocol::medium).junk == std::vector<index_t>{4});
  CHECK(truth.under(protocol::hard).positives == std::vector<index_t>{3});
  CHECK(truth.under(protocol::hard).junk == std::vector<index_t>{4, 1, 2});
  CHECK(std::string(to_string(protocol::medium)) == "medium");
}

TEST_CASE("a list computed by hand") {
  const std::vector<std::vector<index_t>> lists = {{4, 3, 0, 1, 2}};
  const std::vector<revisited_relevance> truths = {{.easy = {1, 2}, .hard = {3}, .junk = {4}}};
  // easy: 3 and 4 are gone, left 0 1 2: ranks 1, 2; precision 0/1 -> 1/2, 1/2 -> 2/3
  const revisited_scores easy = measure_revisited(lists, truths, protocol::easy);
  CHECK(easy.map.value == Approx((0.25 + (0.5 + 2. / 3) / 2) / 2));
  CHECK(easy.precision_at_1.value == 0);
  CHECK(easy.precision_at_5.value == Approx(2. / 3));
  const revisited_scores hard = measure_revisited(lists, truths, protocol::hard);  // left 3 0
  CHECK(hard.map.value == 1);
  CHECK(hard.precision_at_10.value == 1);
  const revisited_scores medium = measure_revisited(lists, truths, protocol::medium);  // left 3 0 1 2
  CHECK(medium.precision_at_1.value == 1);
  CHECK(medium.precision_at_5.value == 0.75);
}

TEST_CASE("queries without positives are left out under that protocol only") {
  const std::vector<std::vector<index_t>> lists = {{0, 1}, {1, 0}};
  const std::vector<revisited_relevance> truths = {{.easy = {0}}, {.hard = {0}}};
  CHECK(measure_revisited(lists, truths, protocol::easy).map.left_out == 1);
  CHECK(measure_revisited(lists, truths, protocol::easy).map.value == 1);
  CHECK(measure_revisited(lists, truths, protocol::hard).map.value == 0.25);
  CHECK(measure_revisited(lists, truths, protocol::medium).map.counted == 2);
  CHECK(measure_revisited(lists, truths, protocol::medium).precision_at_1.left_out == 0);
}

TEST_CASE("an image twice is one sentence, under every protocol") {
  const std::vector<std::vector<index_t>> lists = {{0, 1, 2}};
  for (const protocol p : {protocol::easy, protocol::medium, protocol::hard}) {
    CHECK(sentence([&] {
            measure_revisited(lists, std::vector<revisited_relevance>{{.easy = {1, 2}, .hard = {1}}}, p);
          }) == "measure_revisited: 1 is twice in the easy, hard and junk images of a query, expected once");
    CHECK(sentence([&] {
            measure_revisited(lists, std::vector<revisited_relevance>{{.easy = {2}, .junk = {1, 1}}}, p);
          }) == "measure_revisited: 1 is twice in the easy, hard and junk images of a query, expected once");
  }
}

TEST_CASE("300 random lists against the published protocol; a permutation of the images changes nothing") {
  testing::random_numbers random(1);
  for (int round = 0; round < 300; ++round) {
    const index_t n = random.between(2, 50);
    std::vector<index_t> ranked, renamed;
    std::vector<index_t> names;
    for (index_t i = 0; i < n; ++i) ranked.push_back(i), names.push_back(i + 1000);
    for (std::size_t i = ranked.size(); i > 1; --i) {
      std::swap(ranked[i - 1], ranked[static_cast<std::size_t>(random.between(0, static_cast<int>(i) - 1))]);
      std::swap(names[i - 1], names[static_cast<std::size_t>(random.between(0, static_cast<int>(i) - 1))]);
    }
    revisited_relevance truth, other;
    std::set<index_t> easy, hard, junk;
    for (index_t i = 0; i < n; ++i) {
      const int kind = i == 0 ? 0 : i == 1 ? 1 : random.between(0, 5);
      const index_t name = names[static_cast<std::size_t>(i)];
      if (kind == 0) easy.insert(i), truth.easy.push_back(i), other.easy.push_back(name);
      if (kind == 1) hard.insert(i), truth.hard.push_back(i), other.hard.push_back(name);
      if (kind == 2) junk.insert(i), truth.junk.push_back(i), other.junk.push_back(name);
    }
    ranked.resize(static_cast<std::size_t>(random.between(0, static_cast<int>(n))));
    for (const index_t i : ranked) renamed.push_back(names[static_cast<std::size_t>(i)]);
    for (const protocol p : {protocol::easy, protocol::medium, protocol::hard}) {
      std::set<index_t> ok, removed = junk;
      if (p != protocol::hard) ok.insert(easy.begin(), easy.end());
      if (p != protocol::easy) ok.insert(hard.begin(), hard.end());
      if (p == protocol::easy) removed.insert(hard.begin(), hard.end());
      if (p == protocol::hard) removed.insert(easy.begin(), easy.end());
      const published expected(ranked, ok, removed);
      const auto scores = measure_revisited(std::vector<std::vector<index_t>>{ranked}, std::vector{truth}, p);
      REQUIRE(std::abs(static_cast<long double>(scores.map.value) - expected.ap()) < 1e-14L);
      REQUIRE(std::abs(static_cast<long double>(scores.precision_at_1.value) - expected.precision(1)) < 1e-14L);
      REQUIRE(std::abs(static_cast<long double>(scores.precision_at_5.value) - expected.precision(5)) < 1e-14L);
      REQUIRE(std::abs(static_cast<long double>(scores.precision_at_10.value) - expected.precision(10)) < 1e-14L);
      REQUIRE((scores.map.value >= 0 && scores.map.value <= 1 + 1e-14));
      const auto again = measure_revisited(std::vector<std::vector<index_t>>{renamed}, std::vector{other}, p);
      REQUIRE(again.map.value == scores.map.value);
      REQUIRE(again.precision_at_5.value == scores.precision_at_5.value);
    }
  }
}
