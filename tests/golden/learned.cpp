// Against results that NumPy computed (scripts/make_learned_golden.py).
#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/cnnpool.hpp>
#include <cnnpool/fit/learned_whitening.hpp>
#include <cnnpool/fit/pca_whitening.hpp>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "numbers.hpp"

namespace cnnpool {

namespace {

const auto& numbers = testing::golden_numbers;

descriptors<float> training_rows_of() {
  const std::vector<float> x = numbers(60 * 7, 1);
  descriptors<float> rows(60, 7);
  for (index_t i = 0; i < 60; ++i)
    for (index_t j = 0; j < 7; ++j)
      rows(i, j) = static_cast<float>(static_cast<double>(x[static_cast<std::size_t>(i * 7 + j)]) *
                                          static_cast<double>(j + 1) + 0.5);
  return rows;
}

descriptors<float> result_of(const std::string& name) {
  const auto rows = training_rows_of();
  const feature_view<float> first = as_view(rows).images(0, 5);
  if (name == "pca") return pool(first, sum{} | fit_pca_whitening(rows, {.power = 0}));
  if (name == "whiten") return pool(first, sum{} | fit_pca_whitening(rows));
  if (name == "learned") {
    std::vector<matching_pair> pairs;
    for (index_t i = 0; i < 40; ++i) pairs.push_back({i, (i * 7 + 3) % 60});
    return pool(first, sum{} | fit_learned_whitening(rows, pairs));
  }
  const std::vector<float> x = numbers(30 * 7, 2);
  const feature_view<float> list(x.data(), {.c = 7, .h = 30}, strides{.n = 0, .c = 1, .h = 7, .w = 0});
  const codebook words(numbers(5 * 7, 3), 5);
  if (name == "vlad") return pool(list, vlad(words));
  if (name == "vlad_intra") return pool(list, vlad(words, {.power = true, .intra = true}));
  if (name == "vlad_mass") return pool(list, vlad(words, {.mass = true, .l2 = false}));
  if (name == "vlad_soft") return pool(list, vlad(words, {.nearest = 3, .beta = 0.5, .power = true}));
  if (name == "vlad_input") return pool(list, vlad(words, {.nearest = 5, .input_l2 = true}));
  if (name == "netvlad") return pool(list, netvlad(words, netvlad_head(numbers(5 * 7, 5), numbers(5, 6))));
  if (name.starts_with("mop")) {
    const bool paper = name == "mop_paper";
    const std::vector<float> whole = numbers(8, 7), parts = numbers(25 * 8, 8), fine = numbers(49 * 8, 9);
    const std::vector<feature_view<float>> views{{whole.data(), {.n = 1, .c = 8}, nchw},
                                                 {parts.data(), {.n = 25, .c = 8}, nchw},
                                                 {fine.data(), {.n = 49, .c = 8}, nchw}};
    const auto model = [](index_t inputs, index_t outputs, std::uint64_t stream) {
      const std::vector<float> m = numbers(inputs, stream), p = numbers(inputs * outputs, stream + 1);
      return projection(std::vector<double>(m.begin(), m.end()), std::vector<double>(p.begin(), p.end()));
    };
    mop_level level{.input = model(8, 5, 10), .centres = codebook(numbers(6 * 5, 12), 6), .options = mop_paper};
    if (!paper) level.input = level.input.without_mean(), level.options = mop_reference;
    std::vector<mop_level> levels{{}, level, level};
    levels[1].output = model(30, 7, 13);
    return pool(views, mop_vlad(levels));
  }
  const std::vector<float> s = numbers(3 * 2 * 7, 4);
  descriptors<float> scales(6, 7);
  std::copy(s.begin(), s.end(), scales.data());
  if (name == "scales_mean") return pool(scales_of(scales, 3), multi_scale{} | l2{});
  if (name == "scales_signed") return pool(scales_of(scales, 3), multi_scale{.p = 3, .signed_power = true} | l2{});
  FAIL("unknown result " << name);
  return {};
}

}  // namespace

TEST_CASE("NumPy's results of what is learned") {
  std::ifstream file(std::string(CNNPOOL_TEST_DATA) + "/golden/learned.txt");
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    std::istringstream in(line);
    std::string name;
    REQUIRE(in >> name);
    INFO(name);
    const auto r = result_of(name);
    double expected = 0;
    for (std::size_t i = 0; i < r.values().size(); ++i) {
      REQUIRE(in >> expected);
      // A cube root makes a small difference of a small number large.
      CHECK(static_cast<double>(r.data()[i]) ==
            Approx(expected).epsilon(1e-4).margin(name == "scales_signed" ? 1e-3 : 1e-5));
    }
    CHECK_FALSE(in >> expected);
    ++lines;
  }
  CHECK(lines == 13);
}

}  // namespace cnnpool
