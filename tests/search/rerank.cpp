#include <cnnpool/search/rerank.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "catch.hpp"
#include "errors.hpp"
#include "random.hpp"

using namespace cnnpool;

namespace {

using matrix_of = std::vector<std::vector<long double>>;

// The published program with whole matrices and sets, in long double; shares nothing with the header.
matrix_of oracle(const descriptors<float>& q, const descriptors<float>& x, int k1, int k2, long double lambda) {
  const std::size_t n = static_cast<std::size_t>(q.rows()), total = n + static_cast<std::size_t>(x.rows());
  const auto item = [&](std::size_t i) {
    return i < n ? q.row(static_cast<index_t>(i)) : x.row(static_cast<index_t>(i - n));
  };
  matrix_of d(total, std::vector<long double>(total));
  std::vector<std::vector<std::size_t>> rank(total);
  for (std::size_t i = 0; i < total; ++i) {
    for (std::size_t j = 0; j < total; ++j)
      for (std::size_t c = 0; c < item(i).size(); ++c) {
        const long double difference = static_cast<long double>(item(i)[c]) - static_cast<long double>(item(j)[c]);
        d[i][j] += difference * difference;
      }
    const long double most = *std::max_element(d[i].begin(), d[i].end());
    for (auto& value : d[i]) value = most > 0 ? value / most : 0;
    rank[i].resize(total);
    std::iota(rank[i].begin(), rank[i].end(), std::size_t{0});
    std::stable_sort(rank[i].begin(), rank[i].end(),
                     [&](std::size_t a, std::size_t b) { return (a == i) != (b == i) ? a == i : d[i][a] < d[i][b]; });
  }
  const auto near = [&](std::size_t i, int k) {
    const std::size_t count = std::min(total, static_cast<std::size_t>(k) + 1);
    return std::set<std::size_t>(rank[i].begin(), rank[i].begin() + static_cast<std::ptrdiff_t>(count));
  };
  const auto reciprocal = [&](std::size_t i, int k) {
    std::set<std::size_t> out;
    for (const std::size_t j : near(i, k))
      if (near(j, k).count(i) != 0) out.insert(j);
    return out;
  };
  int half = k1 / 2;  // NumPy's around: to even
  if (k1 % 2 == 1 && half % 2 == 1) ++half;
  matrix_of v(total, std::vector<long double>(total)), mean(total, std::vector<long double>(total));
  for (std::size_t i = 0; i < total; ++i) {
    const auto own = reciprocal(i, k1);
    std::set<std::size_t> all = own;
    for (const std::size_t j : own) {
      const auto more = reciprocal(j, half);
      std::size_t shared = 0;
      for (const std::size_t m : more) shared += own.count(m);
      if (static_cast<double>(shared) > 2. / 3 * static_cast<double>(more.size())) all.insert(more.begin(), more.end());
    }
    long double sum = 0;
    for (const std::size_t j : all) sum += v[i][j] = std::exp(-d[i][j]);
    for (auto& value : v[i]) value /= sum;
  }
  for (std::size_t i = 0; i < total; ++i) {
    const std::size_t count = std::min(total, static_cast<std::size_t>(k2));
    for (std::size_t j = 0; j < total; ++j) {
      for (std::size_t m = 0; m < count; ++m) mean[i][j] += v[rank[i][m]][j];
      mean[i][j] /= static_cast<long double>(count);
    }
  }
  matrix_of out(n, std::vector<long double>(total - n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = n; j < total; ++j) {
      long double shared = 0;
      for (std::size_t c = 0; c < total; ++c) shared += std::min(mean[i][c], mean[j][c]);
      out[i][j - n] = (1 - lambda) * (1 - shared / (2 - shared)) + lambda * d[i][j];
    }
  return out;
}

descriptors<float> random_rows(testing::random_numbers& random, index_t n, index_t d, int values) {
  descriptors<float> x(n, d);
  for (std::size_t i = 0; i < x.values().size(); ++i) x.data()[i] = static_cast<float>(random.between(0, values)) / 16;
  return x;
}

}  // namespace

TEST_CASE("100 random sets against the published program in long double") {
  testing::random_numbers random(1);
  for (int round = 0; round < 100; ++round) {
    const index_t n = random.between(1, 8), m = random.between(1, 40), d = random.between(1, 12);
    const int k1 = random.between(1, 25), k2 = random.between(1, 8);
    const double lambda = random.unit();
    const int values = random.between(0, 1) == 0 ? random.between(1, 3) : 1000;  // small: many duplicates and ties
    const auto q = random_rows(random, n, d, values), x = random_rows(random, m, d, values);
    CAPTURE(n, m, d, k1, k2, lambda, values);
    const auto expected = oracle(q, x, k1, k2, static_cast<long double>(lambda));
    const neighbours found = rerank(q, x, m, {.k1 = k1, .k2 = k2, .lambda = lambda});
    for (std::size_t i = 0; i < found.size(); ++i) {
      std::vector<index_t> all(found.ids(i).begin(), found.ids(i).end());
      for (std::size_t j = 0; j < all.size(); ++j) {
        REQUIRE(std::abs(static_cast<long double>(found.scores(i)[j]) - expected[i][static_cast<std::size_t>(all[j])]) <
                1e-12L);
        if (j > 0) {
          const bool equal = found.scores(i)[j - 1] == found.scores(i)[j];
          REQUIRE((equal ? all[j - 1] < all[j] : found.scores(i)[j - 1] < found.scores(i)[j]));
        }
      }
      std::ranges::sort(all);
      for (std::size_t j = 0; j < all.size(); ++j) REQUIRE(all[j] == static_cast<index_t>(j));
    }
  }
}

TEST_CASE("lambda 1 is the order of the Euclidean search") {
  testing::random_numbers random(2);
  const auto q = random_rows(random, 4, 6, 500), x = random_rows(random, 60, 6, 500);
  const neighbours found = rerank(q, x, 60, {.lambda = 1}), plain = nearest(q, x, 60, metric::euclidean);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 60; ++j) CHECK(found.ids(i)[j] == plain.ids(i)[j]);
}

TEST_CASE("it finds what a chain of neighbours shares") {
  // Two groups on a line; the query's nearest single row belongs to the other group, its neighbourhood does not.
  descriptors<float> q(1, 2), x(9, 2);
  q(0, 0) = 0.f, q(0, 1) = 0.f;
  const float near_group[][2] = {{-1, 0.1f}, {-1, -0.1f}, {-1.1f, 0}, {-0.9f, 0.05f}};
  const float far_group[][2] = {{0.85f, 0}, {1.4f, 0}, {1.45f, 0.1f}, {1.5f, 0}, {1.45f, -0.1f}};
  for (index_t i = 0; i < 4; ++i) x(i, 0) = near_group[i][0], x(i, 1) = near_group[i][1];
  for (index_t i = 0; i < 5; ++i) x(4 + i, 0) = far_group[i][0], x(4 + i, 1) = far_group[i][1];
  CHECK(nearest(q, x, 1, metric::euclidean)[0][0].id == 4);
  const neighbours found = rerank(q, x, 9, {.k1 = 4, .k2 = 1});
  for (std::size_t i = 0; i < 4; ++i) CHECK(found.ids(0)[i] < 4);
}

TEST_CASE("a permutation of the database permutes the result") {
  testing::random_numbers random(3);
  const auto q = random_rows(random, 3, 5, 5000), x = random_rows(random, 30, 5, 5000);
  descriptors<float> turned(30, 5);
  for (index_t i = 0; i < 30; ++i) std::ranges::copy(x.row(i), turned.row((i * 7 + 3) % 30).begin());
  const neighbours a = rerank(q, x, 30, {.k1 = 6}), b = rerank(q, turned, 30, {.k1 = 6});
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 30; ++j) CHECK(b.scores(i)[j] == Approx(a.scores(i)[j]));
  CHECK(b[0][0].id == (a[0][0].id * 7 + 3) % 30);
}

TEST_CASE("sizes and duplicates: nothing is NaN") {
  descriptors<float> same(30, 2), q(2, 2);
  const neighbours found = rerank(q, same, 5);  // all items are equal
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(found.ids(0)[i] == static_cast<index_t>(i));
    CHECK(std::isfinite(found.scores(0)[i]));
  }
  CHECK(rerank(q, descriptors<float>(0, 2), 3).k() == 0);
  CHECK(rerank(descriptors<float>(0, 2), same, 3).size() == 0);
  CHECK(rerank(q, descriptors<float>(1, 2), 3).k() == 1);
}

TEST_CASE("bad input is one sentence") {
  descriptors<float> x(3, 2), q(1, 2);
  CHECK(sentence([&] { rerank(q, x, 0); }) == "rerank: k is 0, expected at least 1");
  CHECK(sentence([&] { rerank(q, x, 1, {.k1 = 0}); }) == "rerank: k1 is 0 and k2 6, expected at least 1");
  CHECK(sentence([&] { rerank(q, x, 1, {.lambda = 1.5}); }) == "rerank: lambda is 1.5, expected 0 to 1");
  CHECK(sentence([&] { rerank(q, descriptors<float>(3, 4), 1); }) ==
        "rerank: queries have 2 components, the database has 4");
  x(2, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK(sentence([&] { rerank(q, x, 1); }) == "rerank: row 2 is not finite, expected finite descriptors");
  q(0, 0) = std::numeric_limits<float>::infinity();
  CHECK(sentence([&] { rerank(q, x, 1); }) == "rerank: query 0 is not finite, expected finite descriptors");
}
