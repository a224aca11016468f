#include <cnnpool/fit/position_rows.hpp>

#include <cnnpool/fit/codebook.hpp>
#include <cnnpool/fit/pca_whitening.hpp>

#include <algorithm>
#include <span>

#include "../catch.hpp"
#include "../made_when_asked.hpp"
#include "training_set.hpp"

namespace cnnpool {

TEST_CASE("the positions of every layout are the rows, image after image") {
  std::vector<float> memory(2 * 6 * 4 * 5);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const shape e{.n = 2, .c = 6, .h = 4, .w = 5};
  for (const strides& layout : {nchw(e), nhwc(e), channel_blocks(2)(e), strides{.n = 3, .c = 1, .h = 20, .w = 4}}) {
    const feature_view<float> x(memory.data(), e, layout);
    const position_rows rows(x);
    REQUIRE((rows.rows() == 40 && rows.cols() == 6));
    for (index_t i = 0; i < 40; ++i)
      for (index_t j = 0; j < 6; ++j) REQUIRE(rows(i, j) == x(i / 20, j, i % 20 / 5, i % 5));
  }
}
TEST_CASE("8-bit activations come as what they stand for, doubles stay doubles") {
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4};
  const feature_view<std::uint8_t> x(bytes.data(), {.c = 2, .w = 2}, nchw, {.scale = 0.5f, .zero_point = 1});
  const position_rows rows(x);
  CHECK((rows(0, 0) == 0 && rows(0, 1) == 1 && rows(1, 1) == 1.5f));
  const std::vector<double> wide{0.1, 0.2};
  CHECK(position_rows(feature_view<double>(wide.data(), {.c = 2}, nchw))(0, 1) == 0.2);
}
TEST_CASE("no image, no row: a stream ends there") {
  CHECK(position_rows(feature_view<float>()).rows() == 0);
  CHECK(position_rows(feature_view<float>(nullptr, {.n = 0, .c = 3, .h = 2, .w = 2}, nhwc)).rows() == 0);
}
TEST_CASE("fits read maps, a range of them and a stream of them like copied rows") {
  const auto copied = training_set(60, 7, 7, 3);
  const feature_view<float> x(copied.data(), {.n = 3, .c = 7, .h = 4, .w = 5}, nhwc);
  const auto same = [](const codebook& a, const codebook& b) {
    return std::ranges::equal(std::span(a.centre_numbers().data(), 35), std::span(b.centre_numbers().data(), 35));
  };
  const codebook_options o{.clusters = 5};
  const codebook expected = fit_codebook(copied, o);
  CHECK(same(fit_codebook(position_rows(x), o), expected));
  const auto of_image = [&](index_t n) { return position_rows(x.images(n, 1)); };
  CHECK(same(fit_codebook(testing::made_when_asked(3, of_image), o), expected));
  index_t next = 0;
  const auto map = [&] { return next < 3 ? position_rows(x.images(next++, 1)) : position_rows(feature_view<float>()); };
  CHECK(same(fit_codebook(map, o), expected));  // shorter than first_rows: all rows are kept
  const projection whiten = fit_pca_whitening(position_rows(x), {.dimensions = 2});
  CHECK(whiten.effective_rank() == fit_pca_whitening(copied, {.dimensions = 2}).effective_rank());
}

}  // namespace cnnpool
