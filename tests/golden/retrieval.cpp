// Against results that NumPy computed (scripts/make_retrieval_golden.py).
#include <cnnpool/search/query_expansion.hpp>
#include <cnnpool/search/rerank.hpp>
#include <cnnpool/evaluate/revisited.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using namespace cnnpool;

constexpr index_t queries = 6, rows = 40, size = 16;

/// The congruence of make_retrieval_golden.py; row 0 .. 5 are the queries.
descriptors<float> every_descriptor() {
  descriptors<float> x(queries + rows, size);
  std::uint64_t state = 12345;
  for (index_t i = 0; i < x.rows(); ++i) {
    std::vector<double> row;
    double squares = 0;
    for (index_t j = 0; j < size; ++j) {
      state = (state * 1103515245u + 12345u) % 2147483648u;
      row.push_back(static_cast<double>((state >> 8) % 1000) / 999 + (j % 5 == i % 5 ? 0.3 : 0));
      squares += row.back() * row.back();
    }
    for (index_t j = 0; j < size; ++j)
      x(i, j) = static_cast<float>(row[static_cast<std::size_t>(j)] / std::sqrt(squares));
  }
  return x;
}

descriptors<float> part(const descriptors<float>& x, index_t first, index_t count) {
  descriptors<float> out(count, x.cols());
  std::copy_n(x.data() + first * x.cols(), count * x.cols(), out.data());
  return out;
}

std::vector<double> values_of(std::span<const float> row) { return {row.begin(), row.end()}; }

std::vector<double> by_row(const neighbours& found, std::size_t q) {
  std::vector<double> out(found[q].size());
  for (std::size_t j = 0; j < out.size(); ++j) out[static_cast<std::size_t>(found.ids(q)[j])] = found.scores(q)[j];
  return out;
}

std::vector<double> measured(const neighbours& ranked, index_t q, protocol p) {
  revisited_relevance truth;
  for (index_t row = 0; row < rows; ++row)
    if ((row + queries) % 5 == q % 5)
      (row % 3 == 0 ? truth.easy : row % 3 == 1 ? truth.hard : truth.junk).push_back(row);
  const relevance<> under = truth.under(p);
  const auto list = ranked[static_cast<std::size_t>(q)];
  return {average_precision(list, under), rectangular_average_precision(list, under),
          precision_at(1, list, under),   precision_at(5, list, under),
          precision_at(10, list, under),  recall_at(4, list, under)};
}

TEST_CASE("NumPy's results of retrieval") {
  const auto every = every_descriptor(), q = part(every, 0, queries), x = part(every, queries, rows);
  const neighbours ranked = nearest(q, x, rows), reranked = rerank(q, x, rows);
  const auto average = expand_queries(q, x, average_expansion{.k = 5});
  const auto alpha = expand_queries(q, x, alpha_expansion{.k = 10, .alpha = 3});
  const auto augmented = augment_database(x, average_expansion{.k = 4});
  const auto augmented_alpha = augment_database(x, alpha_expansion{.k = 4, .alpha = 2.5});

  std::ifstream file(std::string(CNNPOOL_TEST_DATA) + "/golden/retrieval.txt");
  std::string line;
  int lines = 0;
  for (; std::getline(file, line); ++lines) {
    std::istringstream in(line);
    std::string name;
    index_t i = 0;
    REQUIRE(in >> name >> i);
    INFO(line);
    std::vector<double> found;
    if (name == "average_expansion") found = values_of(average.row(i));
    else if (name == "alpha_expansion") found = values_of(alpha.row(i));
    else if (name == "augment") found = values_of(augmented.row(i));
    else if (name == "augment_alpha") found = values_of(augmented_alpha.row(i));
    else if (name == "rerank") found = by_row(reranked, static_cast<std::size_t>(i));
    else
      found = measured(ranked, i,
                       name == "easy"     ? protocol::easy
                       : name == "medium" ? protocol::medium
                                          : protocol::hard);
    std::size_t count = 0;
    for (double expected = 0; in >> expected; ++count) {
      REQUIRE(count < found.size());
      REQUIRE(found[count] == Approx(expected).epsilon(2e-7).margin(1e-9));
    }
    REQUIRE(count == found.size());
  }
  CHECK(lines == 48);
}

}  // namespace
