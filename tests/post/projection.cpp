// The numbers of a projection: what they have to be, what is kept and what is cut.
#include <cnnpool/post/projection.hpp>

#include <limits>

#include "../catch.hpp"
#include "../errors.hpp"

namespace cnnpool {

namespace {
const std::vector<double> mean{1, 2}, rows{1, 2, 3, 4, 5, 6};
kernel::shared_array<float> floats(std::size_t n) { return kernel::shared_array<float>(std::vector<float>(n, 1.f)); }
}  // namespace

TEST_CASE("a projection is a mean and a whole number of rows") {
  const basic_projection<> p(mean, rows);
  CHECK((p.input_size() == 2 && p.output_size() == 3 && p.rows()(2, 1) == 6 && p.mean()(0, 1) == 2));
  CHECK((p.effective_rank() == 0 && p.variances().size() == 0));
  const char* const expected = "numbers, expected a multiple of the mean's";
  CHECK(sentence([] { basic_projection<>(std::vector<double>{}, rows); }).find(expected) != std::string::npos);
  CHECK(sentence([] { basic_projection<>(mean, std::vector<double>{}); }).find(expected) != std::string::npos);
  CHECK(sentence([] { basic_projection<>(mean, std::vector<double>(5)); }).find(expected) != std::string::npos);
  CHECK(sentence([] { basic_projection<>(mean, std::vector<double>(1)); }).find(expected) != std::string::npos);
}
TEST_CASE("rows are divided by the root of positive variances, one per row") {
  const basic_projection<> p(mean, rows, std::vector<double>{4, 1, 16});
  CHECK((p.rows()(0, 0) == 0.5f && p.rows()(0, 1) == 1 && p.rows()(1, 0) == 3 && p.rows()(2, 1) == 1.5f));
  CHECK(sentence([] { basic_projection<>(mean, rows, std::vector<double>{4, 1}); }) ==
        "projection: 2 variances for a matrix of 3 rows");
  CHECK(sentence([] { basic_projection<>(mean, rows, std::vector<double>{4, 0, 1}); }) ==
        "projection: variance 1 is 0, expected a positive number");
}
TEST_CASE("a number that is no finite float is a sentence that says which one") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(sentence([&] { basic_projection<>(std::vector<double>{1, infinity}, rows); }) ==
        "projection: number 1 of the mean is inf, expected a finite float");
  CHECK(sentence([&] { basic_projection<>(mean, std::vector<double>{1, 2, 3, 1e300}); }) ==
        "projection: number 3 of the matrix is 1e+300, expected a finite float");
}
TEST_CASE("numbers that are in a space already have the size that they promise") {
  CHECK(basic_projection<>(floats(2), floats(6), 3).output_size() == 3);
  CHECK(sentence([] { basic_projection<>(floats(2), floats(6), 2); }) ==
        "projection: a mean of 2 and a matrix of 6 numbers do not give 2 outputs");
  CHECK(!sentence([] { basic_projection<>(floats(2), {}, 0); }).empty());
  CHECK(!sentence([] { basic_projection<>({}, {}, 1); }).empty());
  CHECK(!sentence([] { basic_projection<>(floats(2), floats(6), std::numeric_limits<index_t>::max()); }).empty());
}
TEST_CASE("the strongest outputs only: 1 to all of them") {
  const basic_projection<> p(mean, rows);
  const basic_projection<> two = p.truncated(2);
  CHECK((two.output_size() == 2 && two.rows()(1, 1) == 4 && two.mean()(0, 0) == 1));
  CHECK(p.truncated(3).output_size() == 3);
  CHECK(sentence([&] { p.truncated(0); }) == "projection::truncated: dimensions is 0, expected 1 to 3");
  CHECK(sentence([&] { p.truncated(4); }) == "projection::truncated: dimensions is 4, expected 1 to 3");
  CHECK(p.without_mean().mean()(0, 1) == 0);
}

}  // namespace cnnpool
