#include <cnnpool/fit/unit_rows.hpp>

#include <cnnpool/fit/codebook.hpp>
#include <cnnpool/fit/position_rows.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../made_when_asked.hpp"
#include "training_set.hpp"

namespace cnnpool {
namespace {

bool same(const codebook& a, const codebook& b) {
  const auto numbers = [](const codebook& c) { return std::span(c.centre_numbers().data(), 35); };
  return std::ranges::equal(numbers(a), numbers(b));
}

}  // namespace

TEST_CASE("every row is divided by its norm, and a row of zeros stays one") {
  const std::vector<float> numbers{3, 4, 0, 0, -8, 6, 1e-13f, 0};
  const unit_rows rows(descriptor_span<const float>(numbers.data(), 4, 2));
  REQUIRE((rows.rows() == 4 && rows.cols() == 2));
  CHECK((rows(0, 0) == 3 / 5. && rows(0, 1) == 4 / 5.));
  CHECK((rows(1, 0) == 0 && rows(1, 1) == 0));
  CHECK((rows(2, 0) == -0.8 && rows(2, 1) == 0.6));
  CHECK(rows(3, 0) == static_cast<double>(1e-13f) / 1e-12);  // a norm below 1e-12 counts as 1e-12
}
TEST_CASE("rows of doubles whose squares are too large") {
  const std::vector<double> numbers{3e200, 4e200, 3e-200, 4e-200};
  const unit_rows rows(descriptor_span<const double>(numbers.data(), 2, 2));
  CHECK((std::abs(rows(0, 0) - 0.6) < 1e-15 && std::abs(rows(0, 1) - 0.8) < 1e-15));
  CHECK(std::abs(rows(1, 1) - 4e-188) < 1e-200);
}
TEST_CASE("rows of any kind, and none") {
  const unit_rows of_eigen(Eigen::MatrixXf(Eigen::MatrixXf::Constant(2, 4, 7)));
  CHECK((of_eigen(1, 3) == 0.5 && of_eigen.rows() == 2));
  const auto set = training_set(6, 3, 3, 1);
  const unit_rows of_descriptors(set);
  CHECK(std::abs(std::hypot(of_descriptors(5, 0), of_descriptors(5, 1), of_descriptors(5, 2)) - 1) < 1e-12);
  CHECK(unit_rows(position_rows(feature_view<float>())).rows() == 0);
}
TEST_CASE("a fit names the component of a unit row that is not finite") {
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const std::vector<float> numbers{1, 2, 3, 4, wrong, 5};
    const unit_rows rows(descriptor_span<const float>(numbers.data(), 3, 2));
    CHECK(sentence([&] { fit_codebook(rows, {.clusters = 2}); }).starts_with(
        "fit_codebook: component 0 of row 2 is "));
  }
}
TEST_CASE("a codebook of unit rows: at once, of a range and of a stream, as of rows divided before") {
  const auto copied = training_set(60, 7, 7, 3);
  const feature_view<float> x(copied.data(), {.n = 3, .c = 7, .h = 4, .w = 5}, nhwc);
  descriptors<double> divided(60, 7);
  for (index_t i = 0; i < 60; ++i) {
    double squares = 0;
    for (const float v : copied.row(i)) squares += static_cast<double>(v) * static_cast<double>(v);
    for (index_t j = 0; j < 7; ++j) divided(i, j) = static_cast<double>(copied(i, j)) / std::sqrt(squares);
  }
  const codebook_options o{.clusters = 5};
  const codebook expected = fit_codebook(divided, o);
  CHECK(same(fit_codebook(unit_rows(position_rows(x)), o), expected));
  const auto of_image = [&](index_t n) { return unit_rows(position_rows(x.images(n, 1))); };
  CHECK(same(fit_codebook(testing::made_when_asked(3, of_image), o), expected));

  // A stream that is longer than the 40 rows that it keeps.
  const codebook_options few{.clusters = 5, .first_rows = 40};
  index_t next = 0;
  const auto positions = [&] {
    return unit_rows(position_rows(next < 3 ? x.images(next++, 1) : feature_view<float>()));
  };
  index_t part = 0;
  const auto rows = [&] {
    return part < 3 ? descriptor_span<const double>(divided.data() + 140 * part++, 20, 7)
                    : descriptor_span<const double>();
  };
  CHECK(same(fit_codebook(positions, few), fit_codebook(rows, few)));
}

}  // namespace cnnpool
