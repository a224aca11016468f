#include <cnnpool/cnnpool.hpp>
#include <cnnpool/core/masked.hpp>

#include <cstdint>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../random.hpp"

namespace cnnpool {

namespace {

constexpr index_t n = 3, h = 4, w = 5, d = 7, before = 3;

struct tokens {
  std::vector<float> memory;
  token_view<float> t;
  explicit tokens(bool grid = true) : memory(static_cast<std::size_t>(n * (before + h * w) * d)) {
    testing::random_numbers random(5);
    for (float& x : memory) x = static_cast<float>(random.uniform(-1, 1));
    t = token_view<float>(memory.data(), {n, before + h * w, d},
                          {.registers = before - 1, .h = grid ? h : 0, .w = grid ? w : 0});
  }
  tokens(const tokens&) = delete;
};

/// The mean over the valid positions of image i, after the class token.
std::vector<double> expected(const token_view<float>& t, const std::vector<int>& mask, index_t i) {
  std::vector<double> r;
  for (index_t k = 0; k < d; ++k) r.push_back(static_cast<double>(t.cls()(i, k, 0, 0)));
  for (index_t k = 0; k < d; ++k) {
    double sum = 0, count = 0;
    for (index_t p = 0; p < h * w; ++p)
      if (mask[static_cast<std::size_t>(i * h * w + p)] != 0)
        sum += static_cast<double>(t.patches()(i, k, p / w, p % w)), ++count;
    r.push_back(sum / count);
  }
  return r;
}

std::vector<int> mask_of(std::string_view text) {
  std::vector<int> mask;
  for (const char c : text)
    if (c != ' ') mask.push_back(c == '1' ? 1 : 0);
  return mask;
}

// A rectangle, a run, and neither.
const std::vector<int> three = mask_of("00000 01110 01110 00000  00011 11111 11000 00000  10001 00000 00100 11000");

}  // namespace

TEST_CASE("masked positions are left out, the class token stays") {
  const tokens x;
  const auto d_ = pool(masked(x.t, three), concat(cls{}, average{}));
  REQUIRE(d_.rows() == n);
  for (index_t i = 0; i < n; ++i) {
    const auto e = expected(x.t, three, i);
    for (index_t k = 0; k < 2 * d; ++k)
      CHECK(static_cast<double>(d_(i, k)) == Approx(e[static_cast<std::size_t>(k)]).margin(1e-6));
  }
  const std::vector<std::uint8_t> bytes(three.begin(), three.end());
  CHECK(pool(masked(x.t, bytes), average{}).values().size() == static_cast<std::size_t>(n * d));
  const std::vector<std::uint8_t> all(static_cast<std::size_t>(n * h * w), 1);
  const auto a = pool(masked(x.t, all), rmac{}), b = pool(x.t, rmac{});
  CHECK(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
}

TEST_CASE("what is not valid changes nothing") {
  tokens x;
  const auto before_ = pool(masked(x.t, three), concat(cls{}, gem{}, cnnpool::max()));
  for (index_t i = 0; i < n; ++i)
    for (index_t p = 0; p < h * w; ++p)
      if (three[static_cast<std::size_t>(i * h * w + p)] == 0)
        for (index_t k = 0; k < d; ++k)
          x.memory[static_cast<std::size_t>((i * (before + h * w) + before + p) * d + k)] = NAN;
  const auto after = pool(masked(x.t, three), concat(cls{}, gem{}, cnnpool::max()));
  CHECK(std::equal(before_.values().begin(), before_.values().end(), after.values().begin()));
}

TEST_CASE("maps and components adjacent or not, 16 bits, a mask of floats") {
  testing::random_numbers random(6);
  const std::vector<float> mask(three.begin(), three.end());
  std::vector<float16> planes(static_cast<std::size_t>(n * d * h * w)), last = planes;
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < d; ++k)
      for (index_t p = 0; p < h * w; ++p)
        planes[static_cast<std::size_t>((i * d + k) * h * w + p)] =
            last[static_cast<std::size_t>((i * h * w + p) * d + k)] =
                to_float16(static_cast<float>(random.uniform(-1, 1)));
  const auto a = pool(masked(feature_view<float16>(planes.data(), {n, d, h, w}, nchw), mask), average{});
  const auto b = pool(masked(feature_view<float16>(last.data(), {n, d, h, w}, nhwc), mask), average{});
  for (std::size_t i = 0; i < a.values().size(); ++i)
    CHECK(static_cast<double>(a.values()[i]) == Approx(static_cast<double>(b.values()[i])).margin(1e-6));
  // One column: the positions are as far apart as the rows.
  const feature_view<float16> column(planes.data(), {1, d, h * w, 1}, nchw);
  std::vector<int> some(static_cast<std::size_t>(h * w), 0);
  some[3] = some[4] = some[7] = 1;
  const auto c = pool(masked(column, some), average{});
  for (index_t k = 0; k < d; ++k) {
    double sum = 0;
    for (const std::size_t p : {3u, 4u, 7u})
      sum += static_cast<double>(to_float(planes[static_cast<std::size_t>(k * h * w) + p]));
    CHECK(static_cast<double>(c(0, k)) == Approx(sum / 3).margin(1e-6));
  }
}

TEST_CASE("masks: a rectangle keeps its grid, others have none") {
  const tokens x, without_grid(false);
  CHECK(sentence([&] { pool(masked(x.t, three), rmac{}); }) ==
        "pool: view 1 of the list: rmac reads the grid of patches, and these tokens have none: say h and w in "
        "token_layout");
  const auto rectangle = pool(masked(x.t.images(0, 1), std::vector<int>(three.begin(), three.begin() + h * w)), rmac{});
  const auto crop = pool(x.t.images(0, 1).crop({1, 1, 2, 3}), rmac{});
  CHECK(std::equal(rectangle.values().begin(), rectangle.values().end(), crop.values().begin()));
  const auto flat = pool(masked(without_grid.t, three), average{}), with = pool(masked(x.t, three), average{});
  for (std::size_t i = 0; i < flat.values().size(); ++i)
    CHECK(static_cast<double>(flat.values()[i]) == Approx(static_cast<double>(with.values()[i])).margin(1e-6));
}

TEST_CASE("masks: bad input") {
  const tokens x;
  CHECK(sentence([&] { masked(x.t, std::vector<int>(7)); }) ==
        "masked: a mask of 7 numbers for 3 images of 20 positions, expected one for each");
  std::vector<int> none = three;
  std::fill(none.begin() + h * w, none.begin() + 2 * h * w, 0);
  CHECK(sentence([&] { masked(x.t, none); }) == "masked: image 1 has no valid position");
}

}  // namespace cnnpool
