// Some eigenvectors against all of them: values, residuals, orthogonality, on spectra that make it hard.
#include <cnnpool/fit/eigenpairs.hpp>

#include <Eigen/QR>

#include <cmath>

#include "../catch.hpp"
#include "../random.hpp"

using namespace cnnpool;

namespace {

Eigen::MatrixXd random_matrix(Eigen::Index rows, Eigen::Index cols, std::uint64_t stream) {
  testing::random_numbers r(stream);
  Eigen::MatrixXd m(rows, cols);
  for (Eigen::Index j = 0; j < cols; ++j)
    for (Eigen::Index i = 0; i < rows; ++i) m(i, j) = r.uniform(-1, 1);
  return m;
}
/// A symmetric matrix with these eigenvalues.
Eigen::MatrixXd with_values(const Eigen::VectorXd& values, std::uint64_t stream) {
  const Eigen::Index n = values.size();
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(random_matrix(n, n, stream)).householderQ();
  return q * values.asDiagonal() * q.transpose();
}
void check(const Eigen::MatrixXd& m, Eigen::Index count) {
  const detail::eigenpairs some = detail::strongest_eigenpairs(m, count, "test"),
                           all = detail::all_eigenpairs(m, "test");
  const double norm = (std::max)(m.stableNorm(), 1e-300);
  REQUIRE(some.values.size() == m.rows());
  REQUIRE(some.vectors.cols() >= count);
  CHECK((some.values - all.values).cwiseAbs().maxCoeff() <= 1e-13 * norm);
  const Eigen::MatrixXd v = some.vectors.leftCols(count);
  CHECK((v.transpose() * v - Eigen::MatrixXd::Identity(count, count)).cwiseAbs().maxCoeff() <= 1e-11);
  CHECK((m * v - v * some.values.head(count).asDiagonal()).cwiseAbs().maxCoeff() <= 1e-12 * norm);
}

}  // namespace

TEST_CASE("some eigenvectors of covariances of random rows") {
  for (const Eigen::Index n : {32, 33, 80, 150}) {
    const Eigen::MatrixXd x = random_matrix(2 * n, n, static_cast<std::uint64_t>(n));
    for (const Eigen::Index count : {Eigen::Index{1}, n / 4, n / 2}) check(x.transpose() * x, count);
  }
}

TEST_CASE("some eigenvectors where values are equal, close, zero, or fall quickly") {
  const Eigen::Index n = 96;
  Eigen::VectorXd values = Eigen::VectorXd::Ones(n);
  check(with_values(values, 1), 40);
  check(Eigen::MatrixXd::Identity(n, n), 48);
  check(Eigen::MatrixXd::Zero(n, n), 5);
  for (Eigen::Index i = 0; i < n; ++i) values[i] = i < 20 ? 3 : i < 40 ? 2 : 0;
  check(with_values(values, 2), 45);
  for (Eigen::Index i = 0; i < n; ++i) values[i] = 1 + 1e-9 * static_cast<double>(i);
  check(with_values(values, 3), 30);
  for (Eigen::Index i = 0; i < n; ++i) values[i] = std::pow(0.5, static_cast<double>(i));
  check(with_values(values, 4), 48);
  for (Eigen::Index i = 0; i < n; ++i) values[i] = static_cast<double>(i % 7) * 1e-4 + 1;
  check(with_values(values, 5), 48);
  // Wilkinson's matrix: pairs of values that agree to the last digits.
  Eigen::MatrixXd wilkinson = Eigen::MatrixXd::Zero(n + 1, n + 1);
  for (Eigen::Index i = 0; i <= n; ++i) {
    wilkinson(i, i) = std::abs(static_cast<double>(i - n / 2));
    if (i > 0) wilkinson(i, i - 1) = wilkinson(i - 1, i) = 1;
  }
  check(wilkinson, 40);
  check(wilkinson * 1e-200, 40);
  check(wilkinson * 1e100, 40);
}

TEST_CASE("the same vectors every time, all of them for a small matrix") {
  const Eigen::MatrixXd x = random_matrix(120, 60, 9), m = x.transpose() * x;
  CHECK(detail::strongest_eigenpairs(m, 10, "test").vectors == detail::strongest_eigenpairs(m, 10, "test").vectors);
  check(m.topLeftCorner(8, 8), 3);
  CHECK(detail::strongest_eigenpairs(Eigen::MatrixXd(m.topLeftCorner(8, 8)), 3, "test").vectors.cols() == 8);
}
