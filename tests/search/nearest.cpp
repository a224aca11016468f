#include <cnnpool/search/flat_index.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "allocations.hpp"
#include "catch.hpp"
#include "errors.hpp"
#include "random.hpp"

using namespace cnnpool;

namespace {

void same(const neighbours& found, const neighbours& expected) {
  REQUIRE(found.size() == expected.size());
  REQUIRE(found.k() == expected.k());
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t j = 0; j < found[i].size(); ++j) {
      CAPTURE(i, j);
      REQUIRE(found.ids(i)[j] == expected.ids(i)[j]);
      const double a = found.scores(i)[j], b = expected.scores(i)[j];
      REQUIRE(((std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0));
    }
}

/// Also where `nearest` would go row by row.
template <class A, class B>
neighbours by_products(const A& q, const B& x, index_t k, metric by, const search_blocks& blocks) {
  neighbours found(q.rows(), std::min(k, x.rows()));
  search_workspace w;
  detail::search_by_products(q, x, by, blocks, w, found);
  return found;
}

// The promise of both headers: the bits of `nearest`, which neighbours.cpp checks against its own oracle.
template <class A, class B>
void same_as_by_rows(const A& q, const B& x, index_t k, search_blocks blocks = {}) {
  blocks.fewest = 1;  // the product, however few the queries
  for (const metric by : {metric::cosine, metric::euclidean}) {
    CAPTURE(k, x.rows(), x.cols(), by == metric::cosine);
    const neighbours expected = nearest(q, x, k, by, {.fewest = q.rows() + 1});
    same(by_products(q, x, k, by, blocks), expected);
    same(nearest(q, x, k, by, blocks), expected);
    same(flat_index(x, by, blocks).nearest(q, k), expected);
  }
}

template <class T>
descriptors<T> random_rows(testing::random_numbers& random, index_t n, index_t d, double low, double high) {
  descriptors<T> x(n, d);
  for (std::size_t i = 0; i < x.values().size(); ++i) x.data()[i] = static_cast<T>(random.uniform(low, high));
  return x;
}

TEST_CASE("the bits of a search row by row: sizes around the blocks, float and double") {
  testing::random_numbers random(1);
  for (const index_t n : {1, 2, 7, 8, 9, 33})
    for (const index_t d : {1, 3, 8, 33}) {
      const auto x = random_rows<float>(random, n, d, -1, 1);
      const auto q = random_rows<float>(random, 5, d, -1, 1);
      for (const index_t k : {index_t{1}, index_t{3}, n, index_t{99}}) {
        same_as_by_rows(q, x, k, {.queries = 2, .rows = 8});
        same_as_by_rows(q, x, k);
      }
      same_as_by_rows(random_rows<double>(random, 3, d, -1, 1), random_rows<double>(random, n, d, -1, 1), 4);
    }
}

TEST_CASE("near ties: rows that differ by one unit in the last place of float") {
  testing::random_numbers random(2);
  for (int round = 0; round < 40; ++round) {
    const index_t d = random.between(1, 70), n = 120;
    descriptors<float> x(n, d);
    const auto base = random_rows<float>(random, 1, d, 0, 1);
    for (index_t i = 0; i < n; ++i) {
      std::ranges::copy(base.row(0), x.row(i).begin());
      float& one = x(i, random.between(0, static_cast<int>(d) - 1));
      if (random.between(0, 2) != 0) one = std::nextafter(one, random.between(0, 1) == 0 ? 2.f : -1.f);
    }
    same_as_by_rows(base, x, random.between(1, 20), {.queries = 1, .rows = 16});
    same_as_by_rows(x, x, 5, {.queries = 7, .rows = 50});
  }
}

TEST_CASE("equal rows tie to the lower index whatever the block they are in") {
  testing::random_numbers random(3);
  const auto base = random_rows<float>(random, 1, 37, -1, 1);
  descriptors<float> x(100, 37);
  for (index_t i = 0; i < 100; ++i) std::ranges::copy(base.row(0), x.row(i).begin());
  const neighbours found = by_products(base, x, 60, metric::cosine, {.queries = 64, .rows = 9});
  for (std::size_t i = 0; i < 60; ++i) REQUIRE(found.ids(0)[i] == static_cast<index_t>(i));
}

TEST_CASE("zeros, NaN, infinities, tiny and huge rows") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  testing::random_numbers random(4);
  auto x = random_rows<float>(random, 40, 6, -1, 1);
  for (index_t j = 0; j < 6; ++j) {
    x(3, j) = 0;
    x(5, j) *= 1e-42f;
    x(8, j) *= 3e38f;
    x(9, j) *= 1e-30f;
    x(20, j) = x(9, j);
  }
  x(11, 2) = nan;
  x(12, 0) = inf;
  x(13, 1) = -inf;
  for (const index_t k : {1, 7, 36, 40}) same_as_by_rows(x, x, k, {.queries = 3, .rows = 11});
  auto y = random_rows<double>(random, 30, 4, -1, 1);
  for (index_t j = 0; j < 4; ++j) {
    y(1, j) *= 1e-300;
    y(2, j) *= 1e300;
    y(3, j) *= 1e155;
    y(4, j) *= 1e-160;
    y(6, j) *= 1e-150;
  }
  for (const index_t k : {1, 5, 29}) same_as_by_rows(y, y, k, {.queries = 3, .rows = 7});
  same_as_by_rows(descriptors<float>(2, 3), descriptors<float>(4, 3), 2);  // nothing but zeros
  // Queries far longer than every row, and rows that are subnormal beside the longest.
  auto tiny = random_rows<float>(random, 50, 5, -1, 1), large = random_rows<float>(random, 9, 5, -1, 1);
  for (std::size_t i = 5; i < tiny.values().size(); ++i) tiny.data()[i] *= 1e-38f;
  for (std::size_t i = 0; i < large.values().size(); ++i) large.data()[i] *= i % 2 == 0 ? 1e38f : 1e20f;
  same_as_by_rows(large, tiny, 6, {.queries = 4, .rows = 16});
}

TEST_CASE("200 random databases") {
  testing::random_numbers random(5);
  for (int round = 0; round < 200; ++round) {
    const index_t n = random.between(1, 300), d = random.between(1, 60), k = random.between(1, 12);
    // Few values: many exact ties.
    descriptors<float> x(n, d), q(3, d);
    const int values = random.between(2, 100);
    for (float& v : x.values()) v = static_cast<float>(random.between(-values, values));
    for (float& v : q.values()) v = static_cast<float>(random.between(-values, values));
    same_as_by_rows(q, x, k, {.queries = random.between(1, 4), .rows = random.between(1, 100)});
  }
}

TEST_CASE("more nearly equal rows than there is room for are scored on the way") {
  testing::random_numbers random(6);
  const auto base = random_rows<float>(random, 1, 24, 0, 1);
  descriptors<float> x(900, 24);
  for (index_t i = 0; i < x.rows(); ++i) {
    std::ranges::copy(base.row(0), x.row(i).begin());
    float& one = x(i, random.between(0, 23));
    one = std::nextafter(one, random.between(0, 1) == 0 ? 2.f : -1.f);
  }
  // No bound holds for these, so all are candidates.
  for (index_t i = 0; i < 900; i += 3) x(i, 7) = std::numeric_limits<float>::quiet_NaN();
  for (const index_t k : {1, 40, 300}) same_as_by_rows(base, x, k, {.rows = 128});
}

TEST_CASE("nearest_into gives what nearest gives, and allocates nothing once its memory is warm") {
  testing::random_numbers random(7);
  const auto x = random_rows<float>(random, 500, 24, -1, 1), q = random_rows<float>(random, 20, 24, -1, 1);
  const descriptor_span<const float> one(q.data(), 1, 24), all(q.data(), 20, 24);
  for (const metric by : {metric::cosine, metric::euclidean})
    for (const descriptor_span<const float>& queries : {one, all}) {
      neighbours found(3, 70);  // whatever it was
      search_workspace w;
      nearest_into(queries, x, 7, found, w, by, {.rows = 100});
      same(found, nearest(queries, x, 7, by));
      const long before = testing::allocations();
      for (const index_t k : {7, 3}) nearest_into(queries, x, k, found, w, by, {.rows = 100});
      const long made = testing::allocations() - before;
      CHECK(made == 0);
      same(found, nearest(queries, x, 3, by));
    }
}

TEST_CASE("nothing to search, and what is wrong") {
  const descriptors<float> x(2, 3), none(0, 3);
  neighbours kept(1, 2);
  search_workspace w;
  CHECK(sentence([&] { nearest_into(x, x, 0, kept, w); }) == "nearest: k is 0, expected at least 1");
  CHECK((kept.size() == 1 && kept.k() == 2));
  CHECK(nearest(none, x, 1).size() == 0);
  CHECK(nearest(descriptors<float>(9, 0), descriptors<float>(2, 0), 1)[8][0].id == 0);
  CHECK(nearest(x, none, 1)[1].empty());
  CHECK(sentence([&] { nearest(x, x, 0); }) == "nearest: k is 0, expected at least 1");
  CHECK(sentence([&] { nearest(x, descriptors<float>(1, 4), 1); }) ==
        "nearest: queries have 3 components, the database has 4");
  CHECK(sentence([&] { nearest(x, x, 1, metric::cosine, {.queries = 0}); }) ==
        "nearest: blocks of 0 queries and 1024 rows, expected at least 1 of each");
  CHECK(sentence([&] { nearest(x, x, 1, metric::cosine, {.fewest = -1}); }) ==
        "nearest: fewest is -1, expected 0 or more");
}

}  // namespace
