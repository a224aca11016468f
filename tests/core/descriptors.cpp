#include <cnnpool/core/descriptors.hpp>

#include <limits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("an output that is no matrix is one sentence with the numbers") {
  std::vector<float> v(6);
  const index_t big = std::numeric_limits<index_t>::max();
  const auto made = [&](index_t rows, index_t cols, index_t stride) {
    return sentence([&] { descriptor_span<float>(v.data(), rows, cols, stride); });
  };
  CHECK(made(-1, 3, 3) == "descriptor_span: -1 x 3 with a row stride of 3 is not a matrix");
  CHECK(made(2, -3, 3) == "descriptor_span: 2 x -3 with a row stride of 3 is not a matrix");
  CHECK(made(2, 3, -3) == "descriptor_span: 2 x 3 with a row stride of -3 is not a matrix");
  CHECK(made(2, 3, big) == "descriptor_span: 2 x 3 with a row stride of 9223372036854775807 is not a matrix");
  CHECK(made(2, 3, 2) == "descriptor_span: row stride 2 is smaller than the 3 columns");
  CHECK(made(1, 3, 0).empty());  // one row has no next one
  CHECK(made(2, 3, 3).empty());
  CHECK(sentence([&] { descriptor_span<float>(nullptr, 1, 1); }) ==
        "descriptor_span: data is a null pointer for 1 x 1");
  CHECK(sentence([&] { descriptor_span<float>(nullptr, 0, 3); }).empty());
  CHECK(sentence([&] { descriptor_span<float>(nullptr, 3, 0); }).empty());
}

TEST_CASE("columns and rows of an output are the same memory") {
  std::vector<float> v(12);
  const descriptor_span<float> all(v.data(), 3, 4);
  const auto columns = all.columns(1, 2);
  CHECK((columns.rows() == 3 && columns.cols() == 2 && columns.row_stride() == 4));
  columns(2, 1) = 7;
  CHECK(v[10] == 7);
  const auto rows = all.row_range(1, 2);
  CHECK((rows.rows() == 2 && rows.cols() == 4));
  rows.row(1)[3] = 5;
  CHECK(v[11] == 5);
  CHECK(descriptor_span<float>(nullptr, 0, 4).row_range(0, 0).data() == nullptr);
}

TEST_CASE("descriptors are values; what is moved from has nothing") {
  descriptors<double> d(2, 3);
  CHECK((d(1, 2) == 0 && d.rows() == 2 && d.cols() == 3));
  d(1, 2) = 4;
  const descriptors<double> copy = d;
  const descriptors<double> moved = std::move(d);
  CHECK((copy(1, 2) == 4 && moved(1, 2) == 4 && moved.row(1)[2] == 4));
  CHECK((d.rows() == 0 && d.cols() == 0));
  descriptors<double> assigned(1, 1);
  assigned = descriptors<double>(3, 2);
  CHECK((assigned.rows() == 3 && assigned.cols() == 2));
  CHECK(!sentence([&] { descriptors<double>(-1, 2); }).empty());
}
