// search against a sort of all scores in long double; ties, NaN, zero vectors, strided rows, independence of threads,
// slices and the order of rows.
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/retrieval/search.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {

unsigned seed() {
  const char* given = std::getenv("CNNPOOL_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20240607u;
}

descriptors<float> random_rows(index rows, index cols, std::mt19937& random) {
  std::uniform_real_distribution<float> value(-1, 1);
  descriptors<float> d(rows, cols);
  for (index i = 0; i < rows; ++i)
    for (float& x : d.row(i)) x = value(random);
  return d;
}

descriptors<float> rows_of(std::vector<std::vector<float>> values) {
  descriptors<float> d(static_cast<index>(values.size()), static_cast<index>(values[0].size()));
  for (index i = 0; i < d.rows(); ++i)
    std::copy(values[static_cast<std::size_t>(i)].begin(), values[static_cast<std::size_t>(i)].end(), d.row(i).begin());
  return d;
}

long double oracle(std::span<const float> a, std::span<const float> b, similarity s) {
  long double dot = 0, aa = 0, bb = 0, distance = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const long double x = a[i], y = b[i];
    dot += x * y;
    aa += x * x;
    bb += y * y;
    distance += (x - y) * (x - y);
  }
  if (s == similarity::euclidean) return std::sqrt(distance);
  return s == similarity::inner_product ? dot : aa == 0 || bb == 0 ? 0 : dot / std::sqrt(aa) / std::sqrt(bb);
}

bool same(const neighbours<float>& a, const neighbours<float>& b) {
  for (index i = 0; i < a.rows(); ++i)
    for (std::size_t j = 0; j < a.row(i).size(); ++j)
      if (a.row(i)[j].row != b.row(i)[j].row || a.row(i)[j].score != b.row(i)[j].score) return false;
  return a.rows() == b.rows() && a.k() == b.k();
}

}  // namespace

TEST_CASE("by hand") {
  const auto database = rows_of({{1, 0}, {0, 2}, {3, 3}, {-1, 0}});
  const auto query = rows_of({{2, 0}});
  const auto cosine = search(query, database, {.k = 4});
  CHECK(cosine.ranking(0) == std::vector<index>{0, 2, 1, 3});
  CHECK(cosine.row(0)[0].score == Approx(1));
  CHECK(cosine.row(0)[1].score == Approx(std::sqrt(0.5)));
  CHECK(cosine.row(0)[3].score == Approx(-1));
  CHECK(search(query, database, {.k = 2, .measure = similarity::inner_product}).ranking(0) == std::vector<index>{2, 0});
  const auto near = search(query, database, {.k = 3, .measure = similarity::euclidean});
  CHECK(near.ranking(0) == std::vector<index>{0, 1, 3});  // 1, sqrt 8, 3; the other is sqrt 10 away
  CHECK(near.row(0)[0].score == Approx(1));
  CHECK(near.row(0)[2].score == Approx(3));
}

TEST_CASE("random rows against all scores in long double") {
  INFO("CNNPOOL_TEST_SEED=" << seed());
  std::mt19937 random(seed());
  for (const similarity s : {similarity::cosine, similarity::inner_product, similarity::euclidean})
    for (const index d : {1, 7, 33, 512}) {
      const auto queries = random_rows(3, d, random), database = random_rows(300, d, random);
      const auto found = search(queries, database, {.k = 17, .measure = s});
      for (index q = 0; q < queries.rows(); ++q) {
        std::vector<long double> all;
        for (index i = 0; i < database.rows(); ++i) all.push_back(oracle(queries.row(q), database.row(i), s));
        std::vector<long double> sorted = all;
        std::sort(sorted.begin(), sorted.end());
        if (s != similarity::euclidean) std::reverse(sorted.begin(), sorted.end());
        for (std::size_t j = 0; j < 17; ++j) {
          const auto& n = found.row(q)[j];
          // the j-th score is the j-th best, and belongs to the row it names
          CHECK(static_cast<double>(n.score) == Approx(static_cast<double>(sorted[j])).margin(1e-4));
          CHECK(static_cast<double>(n.score) ==
                Approx(static_cast<double>(all[static_cast<std::size_t>(n.row)])).margin(1e-4));
        }
      }
    }
}

TEST_CASE("equal rows are ordered by index, wherever they lie") {
  std::mt19937 random(seed());
  for (const index d : {3, 64, 513}) {
    auto database = random_rows(700, d, random);
    const auto query = random_rows(1, d, random);
    for (const index copy : {699, 5, 340, 64, 63})
      std::copy(query.row(0).begin(), query.row(0).end(), database.row(copy).begin());
    for (const similarity s : {similarity::cosine, similarity::euclidean}) {
      const auto ranking = search(query, database, {.k = 5, .measure = s}).ranking(0);
      CHECK(ranking == std::vector<index>{5, 63, 64, 340, 699});
    }
  }
}

TEST_CASE("the full ranking names every row once; a smaller k is its beginning") {
  std::mt19937 random(seed());
  const auto queries = random_rows(4, 20, random), database = random_rows(1500, 20, random);
  const auto all = search(queries, database, {.k = 1500});
  const auto few = search(queries, database, {.k = 9});
  for (index q = 0; q < 4; ++q) {
    auto ranking = all.ranking(q);
    for (std::size_t j = 0; j < 9; ++j) CHECK(few.row(q)[j].row == ranking[j]);
    std::sort(ranking.begin(), ranking.end());
    for (index i = 0; i < 1500; ++i) REQUIRE(ranking[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("NaN comes last, a zero vector is similar to nothing") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto database = rows_of({{nan, 1}, {-1, 0}, {0, 0}, {nan, nan}, {1, 0}});
  CHECK(search(rows_of({{1, 0}}), database, {.k = 5}).ranking(0) == std::vector<index>{4, 2, 1, 0, 3});
  CHECK(search(rows_of({{1, 0}}), database, {.k = 5, .measure = similarity::euclidean}).ranking(0) ==
        std::vector<index>{4, 2, 1, 0, 3});
  const auto zero = search(rows_of({{0, 0}}), rows_of({{1, 0}, {2, 0}}), {.k = 2});
  CHECK(zero.ranking(0) == std::vector<index>{0, 1});
  CHECK(zero.row(0)[0].score == 0.0f);
}

TEST_CASE("the cosine of large and of small vectors stays in range") {
  for (const float size : {1e19f, 1e-19f}) {
    const auto found = search(rows_of({{size, 0}}), rows_of({{0, size}, {size, size}}), {.k = 2});
    CHECK(found.ranking(0) == std::vector<index>{1, 0});
    CHECK(found.row(0)[0].score == Approx(std::sqrt(0.5)));
  }
}

TEST_CASE("threads, backends, strides and double") {
  std::mt19937 random(seed());
  auto queries = random_rows(5, 130, random), database = random_rows(900, 130, random);
  const auto one = search(cpu{.threads = 1}, queries, database, {.k = 10});
  CHECK(same(one, search(cpu{.threads = 3}, queries, database, {.k = 10})));
  const auto plain = search(reference{}, queries, database, {.k = 10});
  for (index q = 0; q < 5; ++q) CHECK(plain.ranking(q) == one.ranking(q));

  // the middle 70 columns of both, without a copy, and copied
  descriptors<float> narrow_queries(5, 70), narrow(900, 70);
  for (index i = 0; i < 5; ++i) std::copy_n(queries.row(i).begin() + 30, 70, narrow_queries.row(i).begin());
  for (index i = 0; i < 900; ++i) std::copy_n(database.row(i).begin() + 30, 70, narrow.row(i).begin());
  CHECK(same(search(queries.span().columns(30, 70), database.span().columns(30, 70), {.k = 10}),
             search(narrow_queries, narrow, {.k = 10})));

  descriptors<double> exact(2, 1);
  exact(0, 0) = 1 + 1e-12;
  exact(1, 0) = 1;
  CHECK(search(exact, exact, {.k = 1, .measure = similarity::euclidean}).ranking(1) == std::vector<index>{1});
}

TEST_CASE("empty ends and misuse") {
  const descriptors<float> none(0, 4), some(3, 4), other(3, 5), no_columns(3, 0);
  CHECK(search(none, some, {.k = 3}).rows() == 0);
  CHECK(search(no_columns, no_columns, {.k = 3}).ranking(2) == std::vector<index>{0, 1, 2});
  CHECK(sentence([&] { search(some, other, {.k = 1}); }) == "search: the queries have 4 components, the database has 5");
  CHECK(sentence([&] { search(some, some, {.k = 4}); }) ==
        "search: k is 4, expected 1 to 3 (the rows of the database)");
  CHECK(sentence([&] { search(some, some, {.k = 0}); }) ==
        "search: k is 0, expected 1 to 3 (the rows of the database)");
  CHECK(sentence([&] { search(some, none, {.k = 1}); }) ==
        "search: k is 1, expected 1 to 0 (the rows of the database)");
}
