#include <cnnpool/adapters/eigen.hpp>

#include "adapters/same_elements.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("matrices of both storage orders, maps with strides, blocks, transposes") {
  const Eigen::MatrixXf column_major = Eigen::MatrixXf::Random(4, 6);
  same_elements(as_view(column_major), {.n = 4, .c = 6}, [&](auto n, auto c, auto, auto) -> const float& { return column_major(n, c); });
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major(3, 5);
  row_major.setRandom();
  same_elements(as_view(row_major), {.n = 3, .c = 5}, [&](auto n, auto c, auto, auto) -> const double& { return row_major(n, c); });
  same_elements(as_view(row_major, {.axes = "hw"}), {.h = 3, .w = 5}, [&](auto, auto, auto h, auto w) -> const double& { return row_major(h, w); });
  const std::vector<float> memory(100, 1);
  const Eigen::Map<const Eigen::ArrayXXf, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> map(memory.data(), 3, 4, {20, 2});
  same_elements(as_view(map), {.n = 3, .c = 4}, [&](auto n, auto c, auto, auto) -> const float& { return map.coeffRef(n, c); });
  const auto block = column_major.block(1, 2, 2, 3);
  same_elements(as_view(block), {.n = 2, .c = 3}, [&](auto n, auto c, auto, auto) -> const float& { return column_major(1 + n, 2 + c); });
  const Eigen::VectorXf vector = Eigen::VectorXf::LinSpaced(5, 0, 4);
  same_elements(as_view(vector.transpose()), {.c = 5}, [&](auto, auto c, auto, auto) -> const float& { return vector(c); });
  const Eigen::Ref<const Eigen::MatrixXf> ref(column_major);
  CHECK(pool(ref, sum{})(3, 5) == column_major(3, 5));
}
TEST_CASE("results go into a row-major matrix, a row, a block; a column-major matrix is a sentence") {
  Eigen::Matrix<float, 2, 3, Eigen::RowMajor> x, out;
  x << 1, 2, 2, 0, 3, 4;
  workspace w;
  pool_into(x, sum{} | l2{}, out, w);
  CHECK((out.row(0).norm() == Approx(1) && out(1, 2) == Approx(0.8)));
  Eigen::Matrix<float, 4, 6, Eigen::RowMajor> big = Eigen::Matrix<float, 4, 6, Eigen::RowMajor>::Zero();
  auto block = big.block(1, 2, 2, 3);
  pool_into(x, sum{}, block, w);
  CHECK((big(1, 2) == 1 && big(2, 4) == 4 && big.sum() == 12));
  Eigen::MatrixXf wrong(2, 3);
  CHECK(sentence([&] { pool_into(x, sum{}, wrong, w); }) ==
        "pool_into: the Eigen output of 2 x 3 has a column stride of 2, expected a row-major matrix");
}
TEST_CASE("what changes in the matrix is seen through the view; empty matrices") {
  Eigen::MatrixXf m = Eigen::MatrixXf::Ones(1, 2);
  const auto x = as_view(m);
  m(0, 1) = 9;
  CHECK(pool(x, sum{})(0, 1) == 9);
  CHECK(pool(Eigen::MatrixXf(0, 3), sum{}).rows() == 0);
}
