#include <cnnpool/cnnpool.hpp>

#include <cmath>

#include "../catch.hpp"
#include "../errors.hpp"
#include "maps.hpp"
#include "vlad_oracle.hpp"

namespace cnnpool {

namespace {

std::vector<double> numbers(std::size_t count, std::uint64_t stream) {
  testing::random_numbers random(stream);
  std::vector<double> r(count);
  for (double& v : r) v = static_cast<double>(static_cast<float>(random.uniform(-1, 1)));
  return r;
}

/// y = P (x - m).
oracle::row projected(const projection& w, const oracle::row& x) {
  oracle::row y;
  for (index_t k = 0; k < w.output_size(); ++k) {
    y.push_back(0);
    for (index_t j = 0; j < w.input_size(); ++j)
      y.back() += static_cast<oracle::real>(w.rows()(k, j)) *
                  (x[static_cast<std::size_t>(j)] - static_cast<oracle::real>(w.mean()(0, j)));
  }
  return y;
}
std::vector<oracle::row> rows_of(const codebook& c) {
  std::vector<oracle::row> r;
  for (index_t k = 0; k < c.clusters(); ++k) {
    r.emplace_back();
    for (index_t j = 0; j < c.dimensions(); ++j) r.back().push_back(static_cast<oracle::real>(c.centres()(k, j)));
  }
  return r;
}
/// One level from its windows.
oracle::row level_of(const mop_level& l, std::vector<oracle::row> windows, const oracle::vlad_options& o) {
  if (l.input.output_size() != 0)
    for (oracle::row& w : windows) w = projected(l.input, w);
  oracle::row r = windows[0];
  if (l.centres.clusters() != 0) {
    oracle::map m(static_cast<int>(windows[0].size()), static_cast<int>(windows.size()), 1);
    for (int t = 0; t < m.h; ++t)
      for (int k = 0; k < m.c; ++k) m(k, t, 0) = windows[static_cast<std::size_t>(t)][static_cast<std::size_t>(k)];
    r = oracle::vlad(m, rows_of(l.centres), o);
  }
  return l.output.output_size() == 0 ? r : projected(l.output, r);
}

template <class D>
void compare(const D& got, index_t image, const oracle::row& expected, double margin) {
  REQUIRE(got.cols() == static_cast<index_t>(expected.size()));
  for (index_t j = 0; j < got.cols(); ++j)
    CHECK(static_cast<double>(got(image, j)) ==
          Approx(static_cast<double>(expected[static_cast<std::size_t>(j)])).margin(margin));
}

}  // namespace

TEST_CASE("the paper's windows: 25 of 128 pixels, 49 of 64") {
  const auto level2 = sliding_windows(256, 256, 128, 32), level3 = sliding_windows(256, 256, 64, 32);
  CHECK((level2.size() == 25 && level3.size() == 49));
  CHECK(
      (level2[0] == box{0, 0, 128, 128} && level2[1] == box{0, 32, 128, 128} && level2[24] == box{128, 128, 128, 128}));
  CHECK(level3[48] == box{192, 192, 64, 64});
  CHECK(sliding_windows(5, 8, 3, 2).size() == 6);  // what does not fit is left out
  CHECK(sliding_windows(3, 3, 3, 7).size() == 1);
  CHECK(sentence([] { sliding_windows(5, 8, 6, 1); }) == "sliding_windows: a window of 6 does not fit into 5 x 8");
  CHECK(sentence([] { sliding_windows(5, 8, 3, 0); }) ==
        "sliding_windows: window is 3 and stride is 0, expected at least 1");
}
TEST_CASE("MOP-VLAD over one view per level, two images") {
  constexpr int c = 12, images = 2;
  const std::vector<int> windows{1, 25, 49};
  const projection input(numbers(c, 1), numbers(5 * c, 2)), output(numbers(7 * 5, 3), numbers(6 * 35, 4));
  const codebook book(numbers(7 * 5, 5), 7);
  for (const vlad_options& o :
       {mop_paper, mop_reference, vlad_options{.nearest = 5, .power = true, .released_distance = true}}) {
    const auto in = o.nearest == 1 ? input : input.without_mean();
    const std::vector<mop_level> levels{{}, {.input = in, .centres = book, .options = o, .output = output},
                                        {.input = in, .centres = book, .options = o}};
    std::vector<random_map> maps;
    std::vector<feature_view<float>> views;
    for (const int count : windows) maps.emplace_back(images * count, c, 1, static_cast<std::uint64_t>(count), false);
    for (std::size_t l = 0; l < 3; ++l)
      views.emplace_back(maps[l].values.data(), shape{.n = images * windows[l], .c = c}, nchw);
    const auto d = pool(cpu{}, views, mop_vlad(levels));
    const auto slow = pool(reference{}, views, mop_vlad(levels));
    const oracle::vlad_options expect{
        .nearest = static_cast<int>(o.nearest), .power = true, .released_distance = o.released_distance};
    for (int i = 0; i < images; ++i) {
      oracle::row all;
      for (std::size_t l = 0; l < 3; ++l) {
        std::vector<oracle::row> rows;
        for (int t = 0; t < windows[l]; ++t) {
          rows.emplace_back();
          for (int k = 0; k < c; ++k)
            rows.back().push_back(maps[l].expected.values[static_cast<std::size_t>(((i * windows[l]) + t) * c + k)]);
        }
        all = oracle::concat(all, level_of(levels[l], rows, expect));
      }
      REQUIRE(all.size() == 12 + 6 + 35);
      compare(d, i, all, 5e-5);
      compare(slow, i, all, 1e-9);
    }
  }
}
TEST_CASE("pool_into writes the same descriptors into memory of the caller") {
  constexpr int c = 6, images = 3;
  const random_map whole(images * c, 1, 1, 21, false), parts(images * 4 * c, 1, 1, 22, false);
  const std::vector<feature_view<float>> views{{whole.values.data(), {.n = images, .c = c}, nchw},
                                               {parts.values.data(), {.n = images * 4, .c = c}, nchw}};
  const codebook book(numbers(3 * c, 23), 3);
  const projection output(numbers(3 * c, 24), numbers(5 * 3 * c, 25));
  const std::vector<mop_level> levels{{}, {.centres = book, .options = mop_paper, .output = output}};
  const auto expected = pool(cpu{}, views, mop_vlad(levels));
  REQUIRE((expected.rows() == images && expected.cols() == c + 5));

  workspace w;
  std::vector<float> memory(images * 20, 7.f);  // rows 20 apart, what lies between them stays
  pool_into(cpu{}, views, mop_vlad(levels), descriptor_span<float>(memory.data(), images, c + 5, 20), w);
  descriptors<double> wide(images, c + 5);
  pool_into(cpu{}, views, mop_vlad(levels), wide, w);
  bool equal = true, kept = true;
  for (int i = 0; i < images; ++i)
    for (int j = 0; j < 20; ++j) {
      const float got = memory[static_cast<std::size_t>(i * 20 + j)];
      if (j >= c + 5) kept = kept && got == 7.f;
      else equal = equal && got == expected(i, j) && wide(i, j) == static_cast<double>(got);
    }
  CHECK((equal && kept));

  // Stages behind it, one that keeps the size and one that does not.
  const auto unit = pool(cpu{}, views, mop_vlad(levels) | l2{} | truncation{.dimensions = 3});
  REQUIRE((unit.rows() == images && unit.cols() == 3));
  for (int i = 0; i < images; ++i) {
    double norm = 0;
    for (int j = 0; j < c + 5; ++j) norm += static_cast<double>(expected(i, j)) * static_cast<double>(expected(i, j));
    for (int j = 0; j < 3; ++j)
      CHECK(static_cast<double>(unit(i, j)) == Approx(static_cast<double>(expected(i, j)) / std::sqrt(norm)));
  }
  CHECK(workspace_bytes(cpu{}, views, mop_vlad(levels) | l2{}) >= workspace_bytes(cpu{}, views, mop_vlad(levels)));
  CHECK(sentence([&] { pool(cpu{}, views, mop_vlad(levels) | truncation{.dimensions = 12}); }) ==
        "truncation: dimensions is 12, expected 1 to 11 (the size of the descriptor)");

  descriptors<float> wrong(images, c + 4);
  wrong(0, 0) = 7;
  CHECK(sentence([&] { pool_into(cpu{}, views, mop_vlad(levels), wrong, w); }) ==
        "pool_into: output is 3 x 10, policy mop_vlad on a list of 2 views needs 3 x 11");
  CHECK(sentence([&] { pool_into(cpu{}, views, mop_vlad(std::vector<mop_level>(2)), wrong, w); }) ==
        "mop_vlad: level 2 has 4 windows and no codebook");
  CHECK(wrong(0, 0) == 7);
  const std::vector<feature_view<float>> none(2, feature_view<float>(nullptr, {.n = 0, .c = c}, nchw));
  descriptors<float> no_rows(0, c + 5);
  pool_into(cpu{}, none, mop_vlad(levels), no_rows, w);
  CHECK(pool(none, mop_vlad(levels)).rows() == 0);
}
TEST_CASE("MOP-VLAD on the windows of one map (an extension)") {
  const random_map m(8, 9, 11, 6);
  const codebook book(numbers(5 * 8, 7), 5);
  const projection output(numbers(40, 8), numbers(4 * 40, 9));
  const std::vector<mop_map_level> levels{
      {},
      {.window = 4, .stride = 2, .level = {.centres = book, .options = mop_paper, .output = output}},
      {.window = 1, .stride = 1, .level = {.centres = book, .options = {}}}};
  const auto policy = mop_map(max() | l2{}, levels);
  const auto d = pool(m.view(), policy);
  REQUIRE(d.cols() == 8 + 4 + 40);
  std::vector<oracle::row> windows;
  for (int i = 0; i + 4 <= 9; i += 2)
    for (int j = 0; j + 4 <= 11; j += 2) windows.push_back(oracle::l2(oracle::max(m.expected.crop(i, j, 4, 4))));
  REQUIRE(windows.size() == 12);
  std::vector<oracle::row> points;
  for (int p = 0; p < 99; ++p) points.push_back(oracle::unit(oracle::local_descriptor(m.expected, p, false)));
  oracle::row all = oracle::l2(oracle::max(m.expected));
  all = oracle::concat(all, level_of(levels[1].level, windows, {.power = true}));
  all = oracle::concat(all, level_of(levels[2].level, points, {}));
  compare(d, 0, all, 5e-5);
  compare(pool(reference{}, m.view(), policy | l2{}), 0, oracle::l2(all), 1e-6);
}
TEST_CASE("misuse of MOP-VLAD is one sentence") {
  const std::vector<float> x(3 * 4);
  const std::vector<feature_view<float>> views{{x.data(), {.n = 1, .c = 4}, nchw}, {x.data(), {.n = 3, .c = 4}, nchw}};
  const codebook book(numbers(8, 1), 2);
  const auto with = [&](const std::vector<mop_level>& levels) {
    return sentence([&] { pool(cpu{}, views, mop_vlad(levels)); });
  };
  CHECK(with({mop_level{}}) == "mop_vlad: 2 views for 1 levels, expected one per level and at least one");
  CHECK(with({{}, {}}) == "mop_vlad: level 2 has 3 windows and no codebook");
  mop_level level;
  level.centres = book;
  level.output = projection(numbers(7, 1), numbers(7, 2));
  CHECK(with({{}, level}) == "mop_vlad: the output projection of level 2 takes 7 components, the level gives 8");
  level.input = level.output;
  CHECK(with({{}, level}) == "mop_vlad: the input projection of level 2 takes 7 components, its activations have 4");
  const std::vector<feature_view<float>> odd{{x.data(), {.n = 2, .c = 4}, nchw}, {x.data(), {.n = 3, .c = 4}, nchw}};
  CHECK(sentence([&] { pool(odd, mop_vlad(std::vector<mop_level>{{}, level})); }) ==
        "mop_vlad: level 2 has 3 windows for 2 images, expected as many for each");
}

}  // namespace cnnpool
