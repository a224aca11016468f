#include <cnnpool/fit/learned_whitening.hpp>

#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/cnnpool.hpp>

#include "../catch.hpp"
#include "../errors.hpp"
#include "training_set.hpp"

namespace cnnpool {

namespace {

using real = long double;
using square = std::vector<std::vector<real>>;

/// The formulas in long double: Cholesky by its recurrence, its inverse row by row.
struct lw_oracle {
  std::vector<real> m;
  square p1;
  square spread;  // D

  lw_oracle(const descriptors<float>& x, const std::vector<matching_pair>& pairs, real added) {
    const auto d = static_cast<std::size_t>(x.cols());
    const auto at = [&](index_t i, std::size_t j) { return static_cast<real>(x(i, static_cast<index_t>(j))); };
    m.assign(d, 0);
    square s(d, std::vector<real>(d, 0)), l = s;
    p1 = spread = s;
    const real count = static_cast<real>(pairs.size());
    for (const auto& pair : pairs)
      for (std::size_t a = 0; a < d; ++a) {
        m[a] += at(pair.q, a) / count;
        for (std::size_t b = 0; b < d; ++b)
          s[a][b] += (at(pair.q, a) - at(pair.p, a)) * (at(pair.q, b) - at(pair.p, b)) / count;
      }
    for (std::size_t a = 0; a < d; ++a) s[a][a] += added;
    for (std::size_t a = 0; a < d; ++a)
      for (std::size_t b = 0; b <= a; ++b) {
        real v = s[a][b];
        for (std::size_t k = 0; k < b; ++k) v -= l[a][k] * l[b][k];
        l[a][b] = a == b ? std::sqrt(v) : v / l[b][b];
      }
    for (std::size_t c = 0; c < d; ++c)
      for (std::size_t a = c; a < d; ++a) {
        real v = a == c ? 1 : 0;
        for (std::size_t k = c; k < a; ++k) v -= l[a][k] * p1[k][c];
        p1[a][c] = v / l[a][a];
      }
    for (index_t i = 0; i < x.rows(); ++i) {
      std::vector<real> y(d, 0);
      for (std::size_t a = 0; a < d; ++a)
        for (std::size_t b = 0; b < d; ++b) y[a] += p1[a][b] * (at(i, b) - m[b]);
      for (std::size_t a = 0; a < d; ++a)
        for (std::size_t b = 0; b < d; ++b) spread[a][b] += y[a] * y[b];
    }
  }
};

std::vector<matching_pair> some_pairs(index_t rows, index_t count) {
  testing::random_numbers random(77);
  std::vector<matching_pair> pairs;
  for (index_t i = 0; i < count; ++i)
    pairs.push_back({random.between(0, static_cast<int>(rows) - 1), random.between(0, static_cast<int>(rows) - 1)});
  return pairs;
}

/// |P S P^T - 1| and |P X P^T - diag|: what defines P up to signs.
void check_against(const lw_oracle& o, const projection& w) {
  const auto d = static_cast<std::size_t>(w.input_size()), k = static_cast<std::size_t>(w.output_size());
  // P = E^T P1, so E^T = P L; its rows must be unit vectors that diagonalise D, the largest eigenvalues first.
  square e(k, std::vector<real>(d, 0));
  // Solve e p1 = P from the last column on: p1 is lower triangular.
  for (std::size_t r = 0; r < k; ++r)
    for (std::size_t c = d; c-- > 0;) {
      real v = static_cast<real>(w.rows()(static_cast<index_t>(r), static_cast<index_t>(c)));
      for (std::size_t j = c + 1; j < d; ++j) v -= e[r][j] * o.p1[j][c];
      e[r][c] = v / o.p1[c][c];
    }
  real before = std::numeric_limits<real>::infinity();
  for (std::size_t a = 0; a < k; ++a) {
    real largest = 0;
    for (const real v : e[a])
      if (std::fabs(v) > std::fabs(largest)) largest = v;
    CHECK(largest > 0);
    std::vector<real> de(d, 0);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) de[i] += o.spread[i][j] * e[a][j];
    real lambda = 0;
    for (std::size_t i = 0; i < d; ++i) lambda += e[a][i] * de[i];
    CHECK(lambda <= before * 1.0001L);
    before = lambda;
    for (std::size_t b = 0; b < k; ++b) {
      real unit = 0, diagonal = 0;
      for (std::size_t i = 0; i < d; ++i) {
        unit += e[a][i] * e[b][i];
        diagonal += e[b][i] * de[i];
      }
      CHECK(std::fabs(unit - (a == b ? 1 : 0)) < 1e-4L);
      if (a != b) CHECK(std::fabs(diagonal) < 1e-4L * lambda);
    }
  }
}

}  // namespace

TEST_CASE("learned whitening follows its formulas") {
  const auto x = training_set(120, 9, 9, 1);
  const auto pairs = some_pairs(120, 60);
  const lw_oracle o(x, pairs, 0);
  for (const index_t dimensions : {index_t{0}, index_t{4}}) {
    const auto w = fit_learned_whitening(x, pairs, {.dimensions = dimensions});
    REQUIRE(w.output_size() == (dimensions == 0 ? 9 : dimensions));
    for (index_t j = 0; j < 9; ++j)
      CHECK(static_cast<double>(w.mean()(0, j)) ==
            Approx(static_cast<double>(o.m[static_cast<std::size_t>(j)])).margin(1e-6));
    check_against(o, w);
  }
  // The differences of the pairs are white behind it.
  const auto y = pool(as_view(x), sum{} | fit_learned_whitening(x, pairs));
  for (index_t a = 0; a < 9; ++a)
    for (index_t b = 0; b < 9; ++b) {
      double s = 0;
      for (const auto& p : pairs)
        s += static_cast<double>(y(p.q, a) - y(p.p, a)) * static_cast<double>(y(p.q, b) - y(p.p, b)) / 60;
      CHECK(s == Approx(a == b ? 1 : 0).margin(1e-3));
    }
}
TEST_CASE("pairs that do not span the space get 1e-10, 1e-9, ... on the diagonal") {
  const auto x = training_set(40, 6, 6, 3);
  const auto pairs = some_pairs(40, 3);  // rank 3 of 6
  const auto w = fit_learned_whitening(x, pairs);
  for (index_t k = 0; k < 6; ++k)
    for (index_t j = 0; j < 6; ++j) CHECK(std::isfinite(w.rows()(k, j)));
  const std::vector<matching_pair> same{{1, 1}};  // S = 0: P1 = 1e5 times the unit matrix
  const auto z = fit_learned_whitening(x, same);
  for (index_t k = 0; k < 6; ++k) {
    double length = 0;
    for (index_t j = 0; j < 6; ++j) length += std::pow(static_cast<double>(z.rows()(k, j)), 2);
    CHECK(std::sqrt(length) == Approx(1e5).epsilon(1e-5));
  }
}
TEST_CASE("rows and pairs in parts, merged, give the model of all of them") {
  const auto part = [](const descriptors<float>& all, index_t first, index_t count) {
    descriptors<float> r(count, all.cols());
    std::copy(all.row(first).data(), all.row(first).data() + count * all.cols(), r.data());
    return r;
  };
  for (const index_t n : {index_t{120}, index_t{7}}) {  // more and fewer rows than components
    const auto x = training_set(n, 9, 9, 1);
    const auto pairs = some_pairs(n, 60);
    descriptors<float> q(60, 9), p(60, 9);
    for (std::size_t i = 0; i < 60; ++i) {
      std::ranges::copy(x.row(pairs[i].q), q.row(static_cast<index_t>(i)).begin());
      std::ranges::copy(x.row(pairs[i].p), p.row(static_cast<index_t>(i)).begin());
    }
    const auto whole = fit_learned_whitening(x, pairs, {.dimensions = 3});
    matching_statistics one, a, b;
    one.add(x);
    one.add_pairs(q, p);
    a.add(part(x, 0, 4));
    a.add_pairs(part(q, 0, 11), part(p, 0, 11));
    b.add_pairs(part(q, 11, 49), part(p, 11, 49));
    b.add(part(x, 4, n - 4));
    a.merge(b);
    CHECK((a.count() == n && a.pairs() == 60));
    for (const auto* s : {&one, &a}) {
      const auto w = s->fit({.dimensions = 3});
      REQUIRE((w.output_size() == 3 && w.input_size() == 9));
      for (index_t k = 0; k < 3; ++k) {
        CHECK(w.variances().data()[k] == Approx(whole.variances().data()[k]).epsilon(1e-7));
        for (index_t j = 0; j < 9; ++j)
          CHECK(static_cast<double>(w.rows()(k, j)) ==
                Approx(static_cast<double>(whole.rows()(k, j))).epsilon(1e-4).margin(1e-4));
      }
      for (index_t j = 0; j < 9; ++j)
        CHECK(static_cast<double>(w.mean()(0, j)) == Approx(static_cast<double>(whole.mean()(0, j))).margin(1e-6));
    }
    matching_statistics twice = one;
    twice.merge(twice);
    CHECK((twice.count() == 2 * n && twice.pairs() == 120));
    CHECK(twice.fit().variances().data()[0] == Approx(one.fit().variances().data()[0]).epsilon(1e-9));
  }
}
TEST_CASE("misuse of learned whitening is one sentence") {
  const auto x = training_set(4, 3, 3, 1);
  const std::vector<matching_pair> none, outside{{0, 1}, {2, 4}}, good{{0, 1}};
  CHECK(sentence([&] { fit_learned_whitening(x, none); }) == "fit_learned_whitening: 0 pairs of rows of 3 components");
  CHECK(sentence([&] { fit_learned_whitening(x, outside); }) == "fit_learned_whitening: pair 1 is rows 2 and 4 of 4");
  CHECK(sentence([&] { fit_learned_whitening(x, good, {.dimensions = 4}); }) ==
        "fit_learned_whitening: dimensions is 4, expected 1 to 3, or 0 for all");
  matching_statistics s, other;
  CHECK(sentence([&] { s.add_pairs(x, training_set(3, 3, 3, 1)); }) ==
        "matching_statistics: 4 x 3 queries and 3 x 3 matches, expected as many of one size");
  CHECK(sentence([&] { s.fit(); }) == "fit_learned_whitening: 0 pairs of rows of 0 components");
  s.add_pairs(x, x);
  CHECK(sentence([&] { s.fit(); }) == "fit_learned_whitening: 4 pairs of rows of 0 components");
  other.add_pairs(training_set(4, 2, 2, 1), training_set(4, 2, 2, 1));
  CHECK(sentence([&] { s.merge(other); }) == "matching_statistics: pairs of 2 components after pairs of 3");
  CHECK(sentence([&] { s.add_pairs(training_set(4, 2, 2, 1), training_set(4, 2, 2, 1)); }) ==
        "matching_statistics: pairs of 2 components after pairs of 3");
  CHECK(s.pairs() == 4);
  s.add(training_set(4, 2, 2, 1));
  CHECK(sentence([&] { s.fit(); }) == "fit_learned_whitening: pairs of 3 components, rows of 2");
}

}  // namespace cnnpool
