#include <cnnpool/fit/pca_whitening.hpp>

#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/cnnpool.hpp>

#include "../catch.hpp"
#include "../errors.hpp"
#include "training_set.hpp"

namespace cnnpool {

namespace {

/// y = P (x - m) in double, from the model's numbers.
std::vector<double> projected(const projection& w, std::span<const float> x) {
  std::vector<double> y;
  for (index_t k = 0; k < w.output_size(); ++k) {
    double s = 0;
    for (index_t j = 0; j < w.input_size(); ++j)
      s += static_cast<double>(w.rows()(k, j)) *
           (static_cast<double>(x[static_cast<std::size_t>(j)]) - static_cast<double>(w.mean()(0, j)));
    y.push_back(s);
  }
  return y;
}

/// The largest entry of (1/n) SUM y y^T - diag(wanted).
double off_diagonal(const descriptors<float>& y, const std::vector<double>& wanted) {
  double worst = 0;
  for (index_t a = 0; a < y.cols(); ++a)
    for (index_t b = 0; b <= a; ++b) {
      double s = 0;
      for (index_t i = 0; i < y.rows(); ++i) s += static_cast<double>(y(i, a)) * static_cast<double>(y(i, b));
      worst = std::max(
          worst, std::fabs(s / static_cast<double>(y.rows()) - (a == b ? wanted[static_cast<std::size_t>(a)] : 0)));
    }
  return worst;
}

template <class M>
auto whitened(const M& rows, const projection& w) {
  return pool(as_view(rows), sum{} | w);
}

double largest_difference(const projection& a, const projection& b) {
  REQUIRE(a.output_size() == b.output_size());
  double worst = 0;
  for (index_t k = 0; k < a.output_size(); ++k)
    for (index_t j = 0; j < a.input_size(); ++j)
      worst = std::max(worst, std::fabs(static_cast<double>(a.rows()(k, j)) - static_cast<double>(b.rows()(k, j))));
  return worst;
}

}  // namespace

TEST_CASE("whitened training data have the unit matrix as covariance, with more and with fewer rows than components") {
  for (const auto& [n, d] : {std::pair<index_t, index_t>{500, 40}, {60, 60}, {61, 60}, {30, 200}, {3, 7}, {2, 1}}) {
    const auto rows = training_set(n, d, std::min<index_t>(d, 20), static_cast<std::uint64_t>(n));
    const auto w = fit_pca_whitening(rows);
    INFO(n << " x " << d << ", rank " << w.effective_rank());
    CHECK(w.output_size() >= std::min<index_t>({n - 1, d, 20}));
    const auto y = whitened(rows, fit_pca_whitening(rows, {.dimensions = std::min<index_t>({n - 1, d, 20})}));
    CHECK(off_diagonal(y, std::vector<double>(static_cast<std::size_t>(y.cols()), 1)) < 1e-4);
  }
}
TEST_CASE("plain PCA keeps the variances; shrinkage and epsilon change the factors only") {
  const auto rows = training_set(300, 12, 12, 1);
  const auto plain = fit_pca_whitening(rows, {.power = 0});
  const std::vector<double> variances(plain.variances().data(), plain.variances().data() + 12);
  CHECK(std::is_sorted(variances.rbegin(), variances.rend()));
  CHECK(off_diagonal(whitened(rows, plain), variances) < 1e-4);
  double trace = 0;
  for (const double v : variances) trace += v;
  const auto other = fit_pca_whitening(rows, {.power = 0.25, .epsilon = 0.01, .shrinkage = 0.3});
  for (index_t k = 0; k < 12; ++k) {
    const double lambda = 0.7 * variances[static_cast<std::size_t>(k)] + 0.3 * trace / 12 + 0.01;
    for (index_t j = 0; j < 12; ++j)
      CHECK(static_cast<double>(other.rows()(k, j)) ==
            Approx(static_cast<double>(plain.rows()(k, j)) * std::pow(lambda, -0.25)).margin(1e-6));
  }
  for (index_t k = 0; k < 12; ++k) {
    float largest = 0;
    for (index_t j = 0; j < 12; ++j)
      if (std::fabs(plain.rows()(k, j)) > std::fabs(largest)) largest = plain.rows()(k, j);
    CHECK(largest > 0);
  }
}
TEST_CASE("the rank of the training data is found; more dimensions are one sentence with both numbers") {
  const auto rows = training_set(50, 30, 4, 2);
  descriptors<double> exact(50, 30);  // float rounding gives the other directions a little variance, double does not
  for (index_t i = 0; i < 50; ++i)
    for (index_t j = 0; j < 30; ++j) exact(i, j) = static_cast<double>(rows(i, j % 4)) * static_cast<double>(j + 1);
  CHECK(fit_pca_whitening(exact).effective_rank() == 4);
  CHECK(sentence([&] { fit_pca_whitening(exact, {.dimensions = 5}); }) ==
        "fit_pca_whitening: 5 dimensions from training data of effective rank 4 (50 rows of 30 components)");
  const auto few = training_set(5, 30, 30, 3);
  CHECK(fit_pca_whitening(few).effective_rank() == 4);
  CHECK(sentence([&] {
          fit_pca_whitening(few, {.dimensions = 5});
        }).find("5 dimensions from training data of effective rank 4") != std::string::npos);
  CHECK(sentence([&] { fit_pca_whitening(descriptors<float>(9, 3)); }).find("effective rank 0") != std::string::npos);
  CHECK(sentence([&] { fit_pca_whitening(descriptors<float>(1, 3)); }) ==
        "fit_pca_whitening: 1 training rows, expected at least 2");
}
TEST_CASE("parts, merges and a function give the model of all rows") {
  for (const auto& size : {std::pair<index_t, index_t>{400, 16}, {20, 40}, {45, 40}}) {
    const index_t n = size.first, d = size.second;
    auto rows = training_set(n, d, d, 5, 100);
    const auto span = rows.span();
    const index_t k = 8;
    const auto all = fit_pca_whitening(rows, {.dimensions = k});
    const std::vector<descriptor_span<float>> parts{span.row_range(0, n / 3), span.row_range(n / 3, 0),
                                                    span.row_range(n / 3, n - n / 3)};
    CHECK(largest_difference(all, fit_pca_whitening(parts, {.dimensions = k})) < 1e-5);
    covariance a, b, none;
    a.add(parts[0]);
    b.add(parts[2]);
    covariance reversed = b;
    a.merge(none);
    a.merge(b);
    reversed.merge([&] { covariance c; c.add(parts[0]); return c; }());
    none.merge(a);
    CHECK(a.count() == n);
    CHECK(largest_difference(all, fit_pca_whitening(a, {.dimensions = k})) < 1e-5);
    CHECK(largest_difference(all, fit_pca_whitening(reversed, {.dimensions = k})) < 1e-5);
    CHECK(largest_difference(all, fit_pca_whitening(none, {.dimensions = k})) < 1e-5);
    index_t next = 0;
    const auto source = [&] {
      const index_t first = std::min(next, n);
      next += 7;
      return span.row_range(first, std::min<index_t>(7, n - first));
    };
    CHECK(largest_difference(all, fit_pca_whitening(source, {.dimensions = k})) < 1e-5);
  }
}
TEST_CASE("the stage does what the formula says, alone and inside regions, on every backend") {
  const auto rows = training_set(200, 37, 37, 6);
  const auto w = fit_pca_whitening(rows, {.dimensions = 21});
  const auto queries = training_set(19, 37, 37, 7);
  for (const index_t count : {index_t{1}, index_t{2}, index_t{5}, index_t{19}})
    for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512})
      for (const int threads : {1, 3}) {
        const feature_view<float> some = as_view(queries).images(0, count);
        const auto y = pool(cpu{.threads = threads, .target = level}, some, sum{} | w);
        const auto exact = pool(reference{}, some, sum{} | w);
        const auto alone = pool(cpu{.target = level}, some.images(count - 1, 1), sum{} | w);
        for (index_t i = 0; i < count; ++i) {
          const auto expected = projected(w, queries.row(i));
          for (index_t k = 0; k < 21; ++k) {
            CHECK(static_cast<double>(y(i, k)) == Approx(expected[static_cast<std::size_t>(k)]).margin(1e-4));
            CHECK(exact(i, k) == Approx(expected[static_cast<std::size_t>(k)]).margin(1e-9));
          }
        }
        for (index_t k = 0; k < 21; ++k) CHECK(y(count - 1, k) == alone(0, k));  // the batch does not matter
      }
  testing::random_numbers random(8);
  std::vector<float> map(2 * 37 * 6 * 9);
  for (float& v : map) v = static_cast<float>(random.uniform(-1, 1));
  const feature_view<float> x(map.data(), {.n = 2, .c = 37, .h = 6, .w = 9}, nhwc);
  const auto policy = regional(max() | l2{} | w | l2{}, rmac_grid{}) | l2{};
  const auto fast = pool(x, policy);
  const auto slow = pool(reference{}, x, policy);
  REQUIRE(fast.cols() == 21);
  for (index_t i = 0; i < 2; ++i)
    for (index_t k = 0; k < 21; ++k) CHECK(static_cast<double>(fast(i, k)) == Approx(slow(i, k)).margin(1e-5));
}
TEST_CASE("models from elsewhere; misuse is one sentence") {
  const std::vector<double> mean{1, 2, 3}, rows{1, 0, 0, 0, 2, 0}, variances{4, 0.25};
  const projection plain(mean, rows), scaled(mean, rows, variances);
  const std::vector<float> x{3, 3, 3};
  const feature_view<float> v(x.data(), {.c = 3}, nchw);
  const auto y = pool(v, sum{} | plain), z = pool(v, sum{} | scaled);
  CHECK((y(0, 0) == 2 && y(0, 1) == 2 && z(0, 0) == 1 && z(0, 1) == 4));
  CHECK(pool(v, sum{} | scaled.truncated(1)).cols() == 1);
  CHECK(sentence([&] { projection(mean, std::vector<double>(4)); }).find("a mean of 3 and a matrix of 4 numbers") !=
        std::string::npos);
  CHECK(sentence([&] { projection(mean, rows, std::vector<double>{1}); }) ==
        "projection: 1 variances for a matrix of 2 rows");
  CHECK(sentence([&] {
          projection(mean, rows, std::vector<double>{1, 0});
        }).find("variance 1 is 0") != std::string::npos);
  CHECK(sentence([&] { pool(v, sum{} | projection{}); }).find("projection: the model is empty") != std::string::npos);
  const feature_view<float> shorter(x.data(), {.c = 2}, nchw);
  CHECK(sentence([&] { pool(shorter, sum{} | plain); }) ==
        "projection: the model takes 3 components, the descriptor has 2");
  descriptors<float> bad(2, 2);
  bad(1, 0) = HUGE_VALF;
  CHECK(sentence([&] { fit_pca_whitening(bad); }) ==
        "covariance::add: component 0 of row 1 is inf, expected a finite number");
  CHECK(sentence([&] { fit_pca_whitening(training_set(9, 2, 2, 1), {.power = 0.6}); }).find("power is 0.6") !=
        std::string::npos);
  covariance c;
  c.add(training_set(9, 2, 2, 1));
  CHECK(sentence([&] { c.add(training_set(9, 3, 2, 1)); }) == "covariance: rows of 3 components after rows of 2");
}

}  // namespace cnnpool
