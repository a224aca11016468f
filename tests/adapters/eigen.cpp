#include <cnnpool/adapters/eigen.hpp>

#include "adapters/same_elements.hpp"
#include "adapters/same_tokens.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The axes "nc" of a view against m(row, column).
template <class M>
void same_matrix(const M& m) {
  same_elements(
      m, {.n = m.rows(), .c = m.cols()}, [&](auto n, auto c, auto, auto) -> const auto& { return m.coeffRef(n, c); });
}
row_major ones(index_t rows, index_t cols) { return row_major::Ones(rows, cols); }
}  // namespace

TEST_CASE("matrices and arrays of both storage orders, fixed and dynamic") {
  const Eigen::MatrixXf column_major = Eigen::MatrixXf::Random(4, 6);
  same_matrix(column_major);
  const row_major rows = row_major::Random(3, 5);
  same_matrix(rows);
  const Eigen::Matrix3d fixed = Eigen::Matrix3d::Random();
  same_matrix(fixed);
  const Eigen::Array<std::int8_t, 2, 3> bytes = Eigen::Array<std::int8_t, 2, 3>::Constant(4);
  same_matrix(bytes);
  CHECK(pool(as_view(bytes, {.quantized = {0.5f, 2}}), sum{})(1, 2) == 1);
}
TEST_CASE("maps with strides, blocks, transposes, diagonals, Ref") {
  std::vector<float> memory(100, 1);
  using any_stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  const Eigen::Map<const Eigen::ArrayXXf, 0, any_stride> map(memory.data(), 3, 4, any_stride(20, 2));
  same_matrix(map);
  const Eigen::MatrixXf m = Eigen::MatrixXf::Random(4, 6);
  same_matrix(m.block(1, 2, 2, 3));
  same_matrix(m.row(2));
  same_matrix(m.transpose());
  same_matrix(m(Eigen::seq(1, 3), Eigen::all));
  const Eigen::Ref<const Eigen::MatrixXf> ref(m);
  same_matrix(ref);
  const Eigen::Ref<const Eigen::MatrixXf, 0, any_stride> strided(m.block(1, 1, 2, 2));
  same_matrix(strided);
  CHECK(pool(ref, sum{})(3, 5) == m(3, 5));
}
TEST_CASE("a vector is one descriptor, as input and as output") {
  const Eigen::VectorXf column = (Eigen::VectorXf(3) << 3, 4, 12).finished();
  const Eigen::RowVector3d row(3, 4, 12);
  const Eigen::MatrixXf m = Eigen::MatrixXf::Random(4, 6);
  same_elements(column, {.c = 3}, [&](auto, auto c, auto, auto) -> const float& { return column(c); });
  same_elements(m.col(2), {.c = 4}, [&](auto, auto c, auto, auto) -> const float& { return m.coeffRef(c, 2); });
  same_elements(m.transpose().col(1), {.c = 6},
                [&](auto, auto c, auto, auto) -> const float& { return m.coeffRef(1, c); });
  const auto d = pool(column, sum{} | l2{});
  CHECK((d.rows() == 1 && d(0, 0) == Approx(3. / 13) && d(0, 1) == Approx(4. / 13) && d(0, 2) == Approx(12. / 13)));
  CHECK(pool(row, sum{} | l2{})(0, 2) == Approx(12. / 13));
  workspace w;
  const float v[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const feature_view<float> x(v, {.c = 4, .h = 1, .w = 2}, nchw);
  Eigen::VectorXf out(4);
  pool_into(x, max(), out, w);
  CHECK(out == Eigen::Vector4f(2, 4, 6, 8));
  Eigen::MatrixXf columns = Eigen::MatrixXf::Zero(4, 2);
  auto second = columns.col(1);
  pool_into(x, max(), second, w);
  CHECK((columns.col(1) == out && columns.col(0).isZero()));
  Eigen::MatrixXf rows(2, 4);
  Eigen::Ref<Eigen::VectorXf, 0, Eigen::InnerStride<>> strided = rows.row(0).transpose();
  CHECK(sentence([&] { pool_into(x, max(), strided, w); }) ==
        "pool_into: the Eigen output is a column of 4 numbers with a stride of 2, expected adjacent numbers");
  CHECK(sentence([&] { pool_into(feature_view<float>(v, {.n = 2, .c = 4}, nchw), max(), out, w); }) ==
        "pool_into: output is 1 x 4, policy max on 2 x 4 x 1 x 1 needs 2 x 4");
}
TEST_CASE("hints name the axes") {
  const Eigen::MatrixXf m = Eigen::MatrixXf::Random(3, 5);
  same_elements(m, {.h = 3, .w = 5}, [&](auto, auto, auto h, auto w) -> const float& { return m(h, w); },
                {.axes = "hw"});
  const Eigen::VectorXf column = Eigen::VectorXf::LinSpaced(5, 0, 4);
  same_elements(column, {.n = 5}, [&](auto n, auto, auto, auto) -> const float& { return column(n); }, {.axes = "nc"});
  CHECK(sentence([&] { as_view(m, {.axes = "chw"}); }) == "as_view: axes \"chw\" name 3 axes, the tensor has 2");
}
TEST_CASE("a matrix has the tokens of one image, in both storage orders") {
  const Eigen::MatrixXf columns = Eigen::MatrixXf::Random(9, 4);
  const row_major rows = columns;
  const auto same_as_in = [](const auto& m) {
    testing::same_tokens(
        m, [&](auto, auto token, auto c) -> const float& { return m.coeffRef(token, c); }, {.axes = "wc"});
  };
  same_as_in(columns);
  same_as_in(rows);
}
TEST_CASE("what changes in the matrix is seen through the view; empty matrices") {
  Eigen::MatrixXf m = ones(1, 2);
  const auto x = as_view(m);
  m(0, 1) = 9;
  CHECK(pool(x, sum{})(0, 1) == 9);
  CHECK(pool(Eigen::MatrixXf(0, 3), sum{}).rows() == 0);
  CHECK(as_view(Eigen::Map<Eigen::MatrixXf>(nullptr, 2, 0)).extents() == shape{2, 0, 1, 1});
}
TEST_CASE("results go into a row-major matrix, a row, a block, a map; other strides are a sentence") {
  row_major x(2, 3), out(2, 3);
  x << 1, 2, 2, 0, 3, 4;
  workspace w;
  pool_into(x, sum{} | l2{}, out, w);
  CHECK((out.row(0).norm() == Approx(1) && out(1, 2) == Approx(0.8)));
  row_major big = row_major::Zero(4, 6);
  pool_into(x, sum{}, big.block(1, 2, 2, 3), w);
  CHECK((big(1, 2) == 1 && big(2, 4) == 4 && big.sum() == 12));
  Eigen::RowVectorXd row(3);
  pool_into(x.row(1), sum{}, row, w);
  CHECK((row(0) == 0 && row(1) == 3 && row(2) == 4));
  std::vector<float> memory(6);
  pool_into(x, sum{}, Eigen::Map<row_major>(memory.data(), 2, 3), w);
  CHECK((memory[0] == 1 && memory[5] == 4));
  Eigen::MatrixXf column(2, 1);
  pool_into(x.leftCols(1), sum{}, column, w);
  CHECK((column(0, 0) == 1 && column(1, 0) == 0));

  Eigen::MatrixXf wrong(2, 3);
  CHECK(sentence([&] { pool_into(x, sum{}, wrong, w); }) ==
        "pool_into: the Eigen output of 2 x 3 has a column stride of 2, expected a row-major matrix");
  row_major small(2, 2);
  CHECK(sentence([&] { pool_into(x, sum{}, small, w); }) ==
        "pool_into: output is 2 x 2, policy sum on 2 x 3 x 1 x 1 needs 2 x 3");
}
