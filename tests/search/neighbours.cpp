#include <cnnpool/search/nearest.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <random>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {

descriptors<float> rows(index_t n, index_t d, const std::vector<float>& values) {
  descriptors<float> out(n, d);
  std::copy(values.begin(), values.end(), out.data());
  return out;
}
std::vector<index_t> ids(const neighbours& found, std::size_t q) { return {found.ids(q).begin(), found.ids(q).end()}; }

// Repeated selection of the best, in long double; shares nothing with the header.
std::vector<index_t> oracle(const descriptors<float>& q, const descriptors<float>& x, index_t k, bool cosine) {
  std::vector<long double> cost;
  for (index_t i = 0; i < x.rows(); ++i) {
    long double dot = 0, a = 0, b = 0, square = 0;
    for (index_t j = 0; j < x.cols(); ++j) {
      const auto u = static_cast<long double>(q(0, j)), v = static_cast<long double>(x(i, j));
      dot += u * v;
      a += u * u;
      b += v * v;
      square += (u - v) * (u - v);
    }
    cost.push_back(cosine ? -dot / std::sqrt(a) / std::sqrt(b) : square);
  }
  std::vector<index_t> best;
  std::vector<bool> taken(cost.size(), false);
  for (index_t n = 0; n < k; ++n) {
    std::size_t at = cost.size();
    for (std::size_t i = 0; i < cost.size(); ++i)
      if (!taken[i] && (at == cost.size() || cost[i] < cost[at])) at = i;
    taken[at] = true;
    best.push_back(static_cast<index_t>(at));
  }
  return best;
}

}  // namespace

TEST_CASE("cosine and Euclidean neighbours computed by hand") {
  const auto x = rows(3, 2, {1, 0, 0, 5, 3, 4});
  const auto q = rows(2, 2, {2, 0, 0, 1});
  const neighbours cosine = nearest(q, x, 3);
  CHECK(ids(cosine, 0) == std::vector<index_t>{0, 2, 1});
  CHECK(cosine[0][0].score == 1);
  CHECK(cosine[0][1].score == Approx(0.6));
  CHECK(cosine[0][2].score == 0);
  CHECK(ids(cosine, 1) == std::vector<index_t>{1, 2, 0});
  const neighbours euclidean = nearest(q, x, 2, metric::euclidean);
  CHECK(ids(euclidean, 0) == std::vector<index_t>{0, 2});
  CHECK(euclidean[0][0].score == 1);
  CHECK(euclidean[0][1].score == Approx(std::sqrt(17.0)));
  CHECK(ids(euclidean, 1) == std::vector<index_t>{0, 1});
}

TEST_CASE("the neighbours of a query are a range") {
  const neighbours found = nearest(rows(1, 2, {2, 0}), rows(3, 2, {1, 0, 0, 5, 3, 4}), 2);
  std::vector<index_t> seen;
  double last = 2;
  for (const auto [id, score] : found[0]) {
    seen.push_back(id);
    CHECK(score < last);
    last = score;
  }
  CHECK((seen == std::vector<index_t>{0, 2} && found[0].size() == 2 && !found[0].empty() && found[0].ids()[1] == 2));
  CHECK(found[0].scores()[1] == found.scores(0)[1]);
  const auto first = found[0].begin();  // of a list that is gone
  CHECK((first->id == 0 && (*first).score == found.scores(0)[0]));
}

TEST_CASE("ties go to the lower index, for equal rows at any place") {
  std::mt19937 engine(3);
  std::normal_distribution<float> normal;
  for (const index_t d : {1, 7, 8, 9, 33}) {
    descriptors<float> x(40, d), q(1, d);
    for (index_t j = 0; j < d; ++j) q(0, j) = normal(engine);
    for (index_t j = 0; j < d; ++j) x(0, j) = normal(engine);
    for (index_t i = 1; i < 40; ++i) std::copy(x.row(0).begin(), x.row(0).end(), x.row(i).begin());
    for (const metric by : {metric::cosine, metric::euclidean}) {
      const neighbours found = nearest(q, x, 40, by);
      for (std::size_t i = 0; i < 40; ++i) REQUIRE(found.ids(0)[i] == static_cast<index_t>(i));
    }
  }
}

TEST_CASE("zero vectors have the similarity 0, NaN comes last") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto x = rows(4, 2, {nan, 1, 0, 0, -1, 0, 1, 0});
  const neighbours found = nearest(rows(2, 2, {1, 0, 0, 0}), x, 4);
  CHECK(ids(found, 0) == std::vector<index_t>{3, 1, 2, 0});
  CHECK(found[0][1].score == 0);
  CHECK(std::isnan(found[0][3].score));
  CHECK(ids(found, 1) == std::vector<index_t>{1, 2, 3, 0});
  CHECK(ids(nearest(rows(1, 2, {1, 0}), x, 4, metric::euclidean), 0) == std::vector<index_t>{3, 1, 2, 0});
}

TEST_CASE("sizes") {
  const auto x = rows(2, 2, {1, 0, 0, 1});
  CHECK(nearest(x, x, 10).k() == 2);
  CHECK(nearest(x, x, 1).size() == 2);
  CHECK(nearest(descriptors<float>(0, 2), x, 1).size() == 0);
  CHECK(nearest(x, descriptors<float>(0, 2), 1)[1].empty());
  CHECK(sentence([&] { nearest(x, x, 0); }) == "nearest: k is 0, expected at least 1");
  CHECK(sentence([&] { nearest(x, rows(1, 3, {1, 2, 3}), 1); }) ==
        "nearest: queries have 2 components, the database has 3");
}

TEST_CASE("spans with a row stride, and double") {
  std::vector<double> memory = {1, 0, -9, 0, 1, -9};
  const descriptor_span<double> x(memory.data(), 2, 2, 3);
  CHECK(ids(nearest(x, x, 1), 0) == std::vector<index_t>{0});
  CHECK(ids(nearest(x, x, 1), 1) == std::vector<index_t>{1});
}

TEST_CASE("random databases against repeated selection in long double") {
  const char* given = std::getenv("CNNPOOL_TEST_SEED");
  const unsigned seed = given == nullptr ? 1 : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  std::cout << "seed " << seed << " (CNNPOOL_TEST_SEED)\n";
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 200; ++round) {
    const index_t n = 1 + static_cast<index_t>(engine() % 50), d = 1 + static_cast<index_t>(engine() % 40);
    const index_t k = 1 + static_cast<index_t>(engine() % static_cast<unsigned>(n));
    descriptors<float> x(n, d), q(1, d);
    for (std::size_t i = 0; i < x.values().size(); ++i) x.data()[i] = normal(engine);
    for (std::size_t i = 0; i < q.values().size(); ++i) q.data()[i] = normal(engine);
    if (d > 1) REQUIRE(ids(nearest(q, x, k), 0) == oracle(q, x, k, true));  // d = 1: everything is a tie up to rounding
    REQUIRE(ids(nearest(q, x, k, metric::euclidean), 0) == oracle(q, x, k, false));
  }
}
