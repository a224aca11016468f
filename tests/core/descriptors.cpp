#include <cnnpool/core/descriptors.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <ranges>
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
  CHECK(descriptor_span<float>(nullptr, 0, 4).columns(1, 3).data() == nullptr);
  CHECK(descriptor_span<float>(nullptr, 3, 0, 5).row(2).data() == nullptr);  // no arithmetic with a null pointer
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

TEST_CASE("descriptors that were moved from are 0 x 0") {
  descriptors<float> a(2, 3);
  a(1, 2) = 5;
  descriptors<float> b = std::move(a);
  CHECK((a.rows() == 0 && a.cols() == 0 && a.span().rows() == 0 && b.rows() == 2 && b(1, 2) == 5));
  a = std::move(b);
  CHECK((b.rows() == 0 && b.cols() == 0 && a.cols() == 3 && a(1, 2) == 5));
}
TEST_CASE("descriptors are a range of rows, which become spans and vectors") {
  using iterator = decltype(std::declval<const descriptors<float>&>().begin());
  static_assert(std::random_access_iterator<iterator> && std::ranges::sized_range<const descriptors<float>>);
  descriptors<float> d(3, 2);
  for (index_t i = 0; i < 3; ++i)
    for (float& v : d[i]) v = static_cast<float>(i);
  d[2][1] = 9;
  float sum = 0;
  for (const auto row : std::as_const(d))
    for (const float v : row) sum += v;
  CHECK((sum == 0 + 0 + 1 + 1 + 2 + 9 && d.size() == 3 && d.values().size() == 6 && d.values()[5] == 9));
  CHECK((d.end() - d.begin() == 3 && d.begin()[2][1] == 9 && (d.begin() + 1 < d.end())));
  const std::vector<float> copy = d[2];
  const std::span<const float> same = std::as_const(d)[2];
  CHECK((copy == std::vector<float>{2, 9} && same.data() == &d(2, 0)));
  static_assert(std::ranges::borrowed_range<descriptor_row<float>>);
  CHECK(*std::ranges::max_element(d[2]) == 9);
  const auto last = std::ranges::max_element(d, {}, [](const auto& row) { return row[1]; });
  CHECK(last - d.begin() == 2);
  const descriptor_span<float> columns = d.span().columns(1, 1);
  CHECK((columns.size() == 3 && columns[2][0] == 9 && std::ranges::distance(columns.begin(), columns.end()) == 3));
  const auto behind = d.span().begin() + 2;  // of a view that is gone
  CHECK(((*behind)[1] == 9 && behind->size() == 2));
  const auto large = std::ranges::find_if(d.span(), [](const auto& row) { return row[0] > 0; });
  CHECK((*large)[0] == 1);
}
