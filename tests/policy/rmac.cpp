#include "compare.hpp"

using namespace cnnpool;

TEST_CASE("R-MAC") {
  agrees(
      rmac{}, [](const oracle::map& m) { return oracle::rmac(m); }, 0,
      [](const oracle::map& m) { return oracle::vec(m.c, 1e-6L); }, true);
}
TEST_CASE("the whole map as one more term, two levels") {
  agrees(
      rmac{.levels = 2, .whole_map = true}, [](const oracle::map& m) { return oracle::rmac(m, 2, true); }, 0,
      [](const oracle::map& m) { return oracle::vec(m.c, 1e-6L); }, false);
}
TEST_CASE("regional with stages is the same chain") {
  const case_data d = random_case({2, 40, 9, 14}, false, 5);
  const feature_view<float> x(d.values.data(), d.shape, nchw);
  const auto a = pool(x, rmac{}), b = pool(x, regional(max{} | l2{}, rmac_grid{}) | l2{});
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.data()[i] == b.data()[i]);
}
TEST_CASE("concatenations") {
  const case_data d = random_case({1, 24, 8, 11}, false, 6);
  const feature_view<float> x(d.values.data(), d.shape, nchw);
  const auto r = pool(x, rmac{.combination = rmac_combination::concat}), released = pool(x, rmac_blog);
  REQUIRE((r.cols() == 48 && released.cols() == 48));
  const auto global = oracle::max(d.images[0]);
  oracle::vec sum_of_l2(24), plain_sum(24);
  for (const oracle::box& b : oracle::rmac_boxes(8, 11, 3)) {
    const auto m = oracle::max(oracle::crop(d.images[0], b)), unit = oracle::l2(m);
    for (std::size_t k = 0; k < 24; ++k) sum_of_l2[k] += unit[k], plain_sum[k] += m[k];
  }
  const auto first = oracle::l2(sum_of_l2), second = oracle::l2(global);
  for (std::size_t k = 0; k < 24; ++k) {
    CHECK(r.row(0)[k] == Approx(static_cast<double>(first[k]) / std::sqrt(2.)).margin(1e-6));
    CHECK(r.row(0)[24 + k] == Approx(static_cast<double>(second[k]) / std::sqrt(2.)).margin(1e-6));
    CHECK(released.row(0)[k] == Approx(static_cast<double>(global[k])));
    CHECK(released.row(0)[24 + k] == Approx(static_cast<double>(plain_sum[k])).epsilon(1e-5));
  }
}
TEST_CASE("a map of one position is its L2-normalised vector") {
  const std::vector<float> x{3, 4};
  const auto r = pool(feature_view<float>(x.data(), {.c = 2}, nchw), rmac{});
  CHECK((r(0, 0) == Approx(0.6) && r(0, 1) == Approx(0.8)));
}
