#include <cnnpool/search/query_expansion.hpp>

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "errors.hpp"
#include "random.hpp"

using namespace cnnpool;

namespace {

descriptors<float> rows(index_t n, index_t d, const std::vector<float>& values) {
  descriptors<float> out(n, d);
  std::ranges::copy(values, out.data());
  return out;
}

descriptors<float> unit_rows(testing::random_numbers& random, index_t n, index_t d) {
  descriptors<float> x(n, d);
  for (index_t i = 0; i < n; ++i) {
    double squares = 0;
    for (float& v : x.row(i)) {
      v = static_cast<float>(random.uniform(-0.3, 1));
      squares += static_cast<double>(v) * static_cast<double>(v);
    }
    for (float& v : x.row(i)) v = static_cast<float>(static_cast<double>(v) / std::sqrt(squares));
  }
  return x;
}

// The formula over every row, weighted by how many rows are more similar; shares nothing with the header.
std::vector<long double> oracle(const descriptors<float>& q, index_t which, const descriptors<float>& x, index_t k,
                                long double alpha, index_t left_out) {
  std::vector<long double> similarity;
  for (index_t i = 0; i < x.rows(); ++i) {
    long double dot = 0, a = 0, b = 0;
    for (index_t j = 0; j < x.cols(); ++j) {
      const auto u = static_cast<long double>(q(which, j)), v = static_cast<long double>(x(i, j));
      dot += u * v;
      a += u * u;
      b += v * v;
    }
    similarity.push_back(dot / std::sqrt(a * b));
  }
  std::vector<long double> out;
  for (index_t j = 0; j < x.cols(); ++j) out.push_back(static_cast<long double>(q(which, j)));
  for (index_t i = 0; i < x.rows(); ++i) {
    if (i == left_out) continue;
    index_t before = 0;
    for (index_t o = 0; o < x.rows(); ++o) {
      const long double mine = similarity[static_cast<std::size_t>(i)], other = similarity[static_cast<std::size_t>(o)];
      if (o != left_out && (other > mine || (other == mine && o < i))) ++before;
    }
    if (before >= k) continue;
    const long double s = similarity[static_cast<std::size_t>(i)];
    const long double weight = alpha < 0 ? 1 : std::pow(s > 0 ? s : 0, alpha);
    for (index_t j = 0; j < x.cols(); ++j)
      out[static_cast<std::size_t>(j)] += weight * static_cast<long double>(x(i, j));
  }
  long double squares = 0;
  for (const long double v : out) squares += v * v;
  for (long double& v : out) v /= std::sqrt(squares);
  return out;
}

void close(const descriptors<float>& found, index_t row, const std::vector<long double>& expected) {
  for (index_t j = 0; j < found.cols(); ++j)
    REQUIRE(std::abs(static_cast<long double>(found(row, j)) - expected[static_cast<std::size_t>(j)]) < 1e-7L);
}

}  // namespace

TEST_CASE("average and alpha expansion computed by hand") {
  const auto x = rows(3, 2, {1, 0, 0, 1, -1, 0});
  const auto q = rows(1, 2, {1, 0});
  const auto average = expand_queries(q, x, average_expansion{.k = 2});  // (1,0) + (1,0) + (0,1) = (2,1)
  CHECK(average(0, 0) == Approx(2 / std::sqrt(5.)));
  CHECK(average(0, 1) == Approx(1 / std::sqrt(5.)));
  const auto alpha =
      expand_queries(q, x, alpha_expansion{.k = 3, .alpha = 1});  // the cosines are 1, 0, and -1, cut to 0
  CHECK(alpha(0, 0) == 1);
  CHECK(alpha(0, 1) == 0);
}

TEST_CASE("random queries against the formulas in long double") {
  testing::random_numbers random(1);
  for (int round = 0; round < 100; ++round) {
    const index_t n = random.between(1, 30), d = random.between(2, 20), k = random.between(1, 12);
    const auto x = unit_rows(random, n, d), q = unit_rows(random, 3, d);
    const double alpha = random.uniform(0.5, 4);
    const auto average = expand_queries(q, x, average_expansion{.k = k});
    const auto weighted = expand_queries(q, x, alpha_expansion{.k = k, .alpha = alpha});
    for (index_t i = 0; i < 3; ++i) {
      close(average, i, oracle(q, i, x, k, -1, -1));
      close(weighted, i, oracle(q, i, x, k, alpha, -1));
    }
    const auto augmented = augment_database(x, average_expansion{.k = k});
    const auto augmented_alpha = augment_database(x, alpha_expansion{.k = k, .alpha = alpha});
    for (index_t i = 0; i < n; ++i) {
      close(augmented, i, oracle(x, i, x, k, -1, i));
      close(augmented_alpha, i, oracle(x, i, x, k, alpha, i));
    }
  }
}

TEST_CASE("augmentation leaves the row itself out by index, not a duplicate of it") {
  // Rows 0 to 3 are equal: the search for row 3 with one neighbour finds 0 and 1, never itself.
  const auto x = rows(5, 2, {1, 0, 1, 0, 1, 0, 1, 0, 0, 1});
  const auto one = augment_database(x, average_expansion{.k = 1});
  for (index_t i = 0; i < 4; ++i) CHECK((one(i, 0) == 1 && one(i, 1) == 0));
  CHECK(one(4, 0) == Approx(1 / std::sqrt(2.)));  // the others' similarity is 0, and it takes the lowest index
  const auto single = augment_database(rows(1, 2, {3, 4}), average_expansion{});
  CHECK(single(0, 0) == Approx(0.6));
  CHECK(single(0, 1) == Approx(0.8));
}

TEST_CASE("alpha 0 is the average, k beyond the database takes all of it, results have length 1") {
  testing::random_numbers random(2);
  const auto x = unit_rows(random, 9, 5), q = unit_rows(random, 4, 5);
  const auto average = expand_queries(q, x, average_expansion{.k = 4});
  const auto zero = expand_queries(q, x, alpha_expansion{.k = 4, .alpha = 0});
  for (std::size_t i = 0; i < average.values().size(); ++i) CHECK(average.data()[i] == zero.data()[i]);
  const auto all = expand_queries(q, x, average_expansion{.k = 9}),
             more = expand_queries(q, x, average_expansion{.k = 1000});
  for (std::size_t i = 0; i < all.values().size(); ++i) CHECK(all.data()[i] == more.data()[i]);
  for (index_t i = 0; i < 4; ++i) {
    double squares = 0;
    for (const float v : all.row(i)) squares += static_cast<double>(v) * static_cast<double>(v);
    CHECK(squares == Approx(1));
  }
}

TEST_CASE("neighbours that are there already are used as they are") {
  const auto x = rows(3, 2, {1, 0, 0, 1, -1, 0});
  const auto q = rows(1, 2, {1, 0});
  neighbours found(1, 2);
  found.ids(0)[0] = 2;  // not what a search would give
  found.scores(0)[0] = 0.5;
  found.ids(0)[1] = 1;
  found.scores(0)[1] = 1;
  const auto d = expand_queries(q, x, found, alpha_expansion{.k = 2, .alpha = 1});  // (1,0) + .5 (-1,0) + (0,1)
  CHECK(d(0, 0) == Approx(0.5 / std::sqrt(1.25)));
  CHECK(d(0, 1) == Approx(1 / std::sqrt(1.25)));
}

TEST_CASE("zero stays zero, NaN stays NaN, large values do not overflow") {
  const auto zero = expand_queries(rows(1, 2, {0, 0}), rows(1, 2, {0, 0}), average_expansion{});
  CHECK((zero(0, 0) == 0 && zero(0, 1) == 0));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(expand_queries(rows(1, 2, {nan, 0}), rows(1, 2, {1, 0}), average_expansion{})(0, 0)));
  CHECK(std::isnan(expand_queries(rows(1, 2, {1, 0}), rows(1, 2, {nan, 0}), alpha_expansion{})(0, 1)));
  const auto huge = expand_queries(rows(1, 2, {3e38f, 0}), rows(1, 2, {0, 3e38f}), average_expansion{});
  CHECK(huge(0, 0) == Approx(1 / std::sqrt(2.)));
  CHECK(expand_queries(descriptors<float>(0, 2), rows(1, 2, {1, 0}), average_expansion{}).rows() == 0);
  const auto alone = expand_queries(rows(1, 2, {3, 4}), descriptors<float>(0, 2), average_expansion{});
  CHECK(alone(0, 1) == Approx(0.8));
  CHECK(augment_database(descriptors<float>(0, 2), average_expansion{}).rows() == 0);
}

TEST_CASE("bad input is one sentence") {
  const auto x = rows(3, 2, {1, 0, 0, 1, -1, 0});
  CHECK(sentence([&] { expand_queries(x, x, average_expansion{.k = 0}); }) ==
        "expand_queries: k is 0, expected at least 1");
  CHECK(sentence([&] { augment_database(x, average_expansion{.k = -1}); }) ==
        "augment_database: k is -1, expected at least 1");
  CHECK(sentence([&] { expand_queries(x, x, alpha_expansion{.alpha = -2}); }) ==
        "expand_queries: alpha is -2, expected a finite number of at least 0");
  CHECK(sentence([&] { augment_database(x, alpha_expansion{.k = 0}); }) ==
        "augment_database: k is 0, expected at least 1");
  CHECK(sentence([&] { expand_queries(x, x, alpha_expansion{.alpha = std::numeric_limits<double>::infinity()}); }) ==
        "expand_queries: alpha is inf, expected a finite number of at least 0");
  CHECK(sentence([&] { augment_database(x, alpha_expansion{.alpha = std::nan("")}); }) ==
        "augment_database: alpha is nan, expected a finite number of at least 0");
  CHECK(sentence([&] { expand_queries(x, descriptors<float>(1, 3), neighbours(3, 1), average_expansion{}); }) ==
        "expand_queries: queries have 2 components, the database has 3");
  CHECK(sentence([&] { expand_queries(x, x, neighbours(2, 3), average_expansion{}); }) ==
        "expand_queries: neighbours of 2 queries for 3 queries, expected as many");
  CHECK(sentence([&] { expand_queries(x, x, neighbours(3, 1), average_expansion{.k = 2}); }) ==
        "expand_queries: lists of 1 neighbours, expected at least 2");
  neighbours outside(3, 3);
  outside.ids(1)[2] = 3;
  CHECK(sentence([&] { expand_queries(x, x, outside, average_expansion{}); }) ==
        "expand_queries: neighbour 3 of query 1, the database has 3 rows");
}
