#include <cnnpool/fit/codebook.hpp>

#include <limits>

#include "../catch.hpp"
#include "../errors.hpp"
#include "training_set.hpp"

namespace cnnpool {

namespace {

std::vector<double> centres_of(const codebook& c) {
  return {c.centre_numbers().data(), c.centre_numbers().data() + c.centre_numbers().size()};
}

/// The nearest centre, the first of equal ones, and its squared distance, in long double.
std::pair<index_t, long double> nearest(const codebook& c, std::span<const float> x) {
  std::pair<index_t, long double> best{0, std::numeric_limits<long double>::infinity()};
  for (index_t k = 0; k < c.clusters(); ++k) {
    long double s = 0;
    for (index_t j = 0; j < c.dimensions(); ++j) {
      const auto apart =
          static_cast<long double>(x[static_cast<std::size_t>(j)]) - static_cast<long double>(c.centres()(k, j));
      s += apart * apart;
    }
    if (s < best.second) best = {k, s};
  }
  return best;
}

/// Points around `blobs` corners far apart.
descriptors<float> blobs(index_t n, index_t d, index_t count, std::uint64_t stream) {
  testing::random_numbers random(stream);
  descriptors<float> x(n, d);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < d; ++j)
      x(i, j) = static_cast<float>(static_cast<double>((i % count) * (j + 3) % 7) * 10 + random.uniform(-1, 1));
  return x;
}

}  // namespace

TEST_CASE("Lloyd's fixed point: every centre is the mean of the rows nearest to it") {
  const auto x = blobs(400, 5, 6, 1);
  const auto c = fit_codebook(x, {.clusters = 6, .seed = 3, .iterations = 100});
  std::vector<long double> sums(30, 0);
  std::vector<index_t> counts(6, 0);
  for (index_t i = 0; i < x.rows(); ++i) {
    const index_t k = nearest(c, x.row(i)).first;
    ++counts[static_cast<std::size_t>(k)];
    for (index_t j = 0; j < 5; ++j) sums[static_cast<std::size_t>(k * 5 + j)] += static_cast<long double>(x(i, j));
  }
  for (index_t k = 0; k < 6; ++k) {
    REQUIRE(counts[static_cast<std::size_t>(k)] > 0);
    for (index_t j = 0; j < 5; ++j)
      CHECK(static_cast<double>(c.centres()(k, j)) ==
            Approx(static_cast<double>(sums[static_cast<std::size_t>(k * 5 + j)]) /
                   static_cast<double>(counts[static_cast<std::size_t>(k)]))
                .margin(1e-5));
  }
}
TEST_CASE("a seed gives one codebook, another seed another; the error never grows") {
  const auto x = training_set(300, 8, 8, 2);
  CHECK(centres_of(fit_codebook(x, {.clusters = 10})) == centres_of(fit_codebook(x, {.clusters = 10})));
  CHECK(centres_of(fit_codebook(x, {.clusters = 10})) != centres_of(fit_codebook(x, {.clusters = 10, .seed = 2})));
  double before = std::numeric_limits<double>::infinity();
  codebook c = fit_codebook(x, {.clusters = 10, .iterations = 0});
  for (int i = 0; i < 15; ++i) {
    codebook_statistics s(c);
    s.add(x);
    CHECK(s.error() <= before * (1 + 1e-6));
    before = s.error();
    c = s.next();
  }
  CHECK(centres_of(fit_codebook(x, {.clusters = 10, .iterations = 15})) == centres_of(c));
}
TEST_CASE("statistics of parts, merged, are those of all rows") {
  auto x = training_set(301, 8, 8, 4);
  const codebook c = fit_codebook(x, {.clusters = 12, .iterations = 1});
  codebook_statistics all(c), a(c), b(c);
  all.add(x);
  a.add(x.span().row_range(0, 100));
  b.add(x.span().row_range(100, 201));
  a.merge(b);
  CHECK(a.count() == 301);
  CHECK(a.error() == Approx(all.error()));
  for (index_t k = 0; k < 12; ++k) {
    CHECK(a.count(k) == all.count(k));
    for (index_t j = 0; j < 8; ++j) CHECK(a.next().centres()(k, j) == all.next().centres()(k, j));
  }
  // A range of parts is the same training set.
  const std::vector<descriptor_span<float>> parts{x.span().row_range(0, 7), x.span().row_range(7, 294)};
  CHECK(centres_of(fit_codebook(parts, {.clusters = 9})) == centres_of(fit_codebook(x, {.clusters = 9})));
}
TEST_CASE("an empty cluster gets the farthest row; rows that coincide leave a centre where it was") {
  descriptors<float> x(5, 1);
  for (index_t i = 0; i < 5; ++i) x(i, 0) = static_cast<float>(i == 4 ? 100 : i);
  codebook_statistics s(codebook(std::vector<float>{0, 1000, 2000}, 3));
  s.add(x);
  CHECK((s.count(0) == 5 && s.count(1) == 0 && s.count(2) == 0));
  const codebook next = s.next();
  CHECK((next.centres()(0, 0) == 1 && next.centres()(1, 0) == 100 && next.centres()(2, 0) == 3));
  descriptors<float> same(4, 2);
  const codebook c = fit_codebook(same, {.clusters = 3});
  CHECK(centres_of(c) == std::vector<double>(6, 0));
  // Equal distances: the first centre.
  codebook_statistics tie(codebook(std::vector<float>{-1, 1}, 2));
  tie.add(descriptors<float>(3, 1));
  CHECK(tie.count(0) == 3);
}
TEST_CASE("streaming finds clusters that are far apart, and does not keep the rows") {
  const auto x = blobs(4000, 6, 5, 6);
  index_t next = 0;
  const auto source = [&] {
    descriptors<float> part(std::min<index_t>(37, 4000 - next), 6);
    for (index_t i = 0; i < part.rows(); ++i)
      for (index_t j = 0; j < 6; ++j) part(i, j) = x(next + i, j);
    next += part.rows();
    return part;
  };
  const auto c = fit_codebook(source, {.clusters = 5, .seed = 4});
  CHECK(next == 4000);
  const auto exact = fit_codebook(x, {.clusters = 5, .seed = 4});
  codebook_statistics a(c), b(exact);
  a.add(x);
  b.add(x);
  CHECK(a.error() <= 1.01 * b.error());
}
TEST_CASE("misuse of codebooks is one sentence") {
  const auto x = training_set(5, 3, 3, 1);
  CHECK(sentence([&] { fit_codebook(x, {.clusters = 6}); }) == "fit_codebook: 6 clusters from 5 rows");
  CHECK(sentence([&] { fit_codebook(x, {.clusters = 0}); }) == "fit_codebook: clusters is 0, expected at least 1");
  CHECK(fit_codebook(x, {.clusters = 5}).clusters() == 5);
  CHECK(sentence([&] { codebook(std::vector<float>{1, 2, 3}, 2); }) == "codebook: 3 numbers are not 2 centres");
  CHECK(sentence([&] {
          codebook(std::vector<double>{1, 1e300}, 2);
        }).find("component 0 of centre 1 is inf") != std::string::npos);
  codebook_statistics s(fit_codebook(x, {.clusters = 2}));
  CHECK(sentence([&] { s.add(training_set(2, 4, 2, 1)); }) ==
        "codebook_statistics: rows of 4 components for a codebook of 3");
}

}  // namespace cnnpool
