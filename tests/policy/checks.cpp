// What the policies refuse, at the numbers next to the first good one. Nothing is pooled: no kernel is compiled.
#include <cnnpool/policy/crow.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/mop_vlad.hpp>
#include <cnnpool/policy/multi_scale.hpp>
#include <cnnpool/policy/vlad.hpp>

#include <cmath>
#include <limits>

#include "../catch.hpp"
#include "../errors.hpp"

namespace cnnpool {

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const index_t most = std::numeric_limits<index_t>::max();

template <class P>
std::string refused(const P& policy, const shape& s = {1, 3, 4, 5}) {
  return sentence([&] { detail::check_policy(policy, s); });
}
codebook centres(index_t clusters, index_t d) {
  return {std::vector<float>(static_cast<std::size_t>(clusters * d), 0.5f), clusters};
}

}  // namespace

TEST_CASE("crow and its weights: exponents are positive and finite, the epsilon is 0 or more") {
  CHECK(refused(crow{}).empty());
  CHECK(refused(crow{.alpha = 1, .beta = 0}) == "crow: alpha is 1 and beta is 0, expected positive numbers");
  CHECK(refused(crow{.alpha = 0, .beta = 1}) == "crow: alpha is 0 and beta is 1, expected positive numbers");
  CHECK(refused(crow{.alpha = std::nan("")}).find("expected positive numbers") != std::string::npos);
  CHECK(refused(crow{.alpha = infinity}) == "crow: alpha is inf and beta is 2, expected finite numbers");
  CHECK(refused(crow{.channel_epsilon = 0}).empty());
  CHECK(refused(crow{.channel_epsilon = -1e-9}) == "crow: channel_epsilon is -1e-09, expected 0 or more");
  CHECK(refused(crow_spatial_weights{.alpha = 1e-3, .beta = 1e3}).empty());
  CHECK(!refused(crow_spatial_weights{.beta = -1}).empty());
}
TEST_CASE("gem and multi_scale: p is positive and finite, gem's eps from 0 to 1e30") {
  CHECK((refused(gem{.p = 1e-3}).empty() && refused(gem{.eps = 0}).empty() && refused(gem{.eps = 1e30}).empty()));
  CHECK(refused(gem{.eps = 1.1e30}) == "gem: eps is 1.1e+30, expected a number from 0 to 1e30");
  CHECK((refused(multi_scale{.p = 1e-3}).empty() && refused(multi_scale{.p = 300}).empty()));
  CHECK(refused(multi_scale{.p = infinity}) == "multi_scale: p is inf, expected a positive finite number");
  CHECK(!refused(multi_scale{.p = -1}).empty());
  CHECK(!refused(multi_scale{.p = std::nan("")}).empty());
  const descriptors<float> rows(6, 2);
  CHECK(scales_of(rows, 6).extents() == shape{1, 2, 6, 1});
  CHECK(scales_of(rows, 1).extents() == shape{6, 2, 1, 1});
  CHECK(sentence([&] { scales_of(rows, 0); }) == "scales_of: 6 rows are not 0 scales of as many rows each");
  CHECK(!sentence([&] { scales_of(rows, 4); }).empty());
}
TEST_CASE("a signed power mean is scaled by its largest element: no power leaves the range") {
  const auto mean = [](double p, float a, float b) {
    const detail::signed_power_mean<detail::full_power> fold({p});
    return fold.exact<float>(2, [&](index_t i) { return i == 0 ? a : b; });
  };
  const auto near = [](float got, double expected) {
    return std::fabs(static_cast<double>(got) / expected - 1) < 1e-6;
  };
  CHECK(near(mean(20, 1e-30f, 1e-30f), 1e-30));
  CHECK(near(mean(20, -1e-30f, 0), -1e-30 * std::pow(0.5, 1 / 20.)));
  CHECK(near(mean(20, 1e30f, 1e30f), 1e30));
  CHECK((mean(20, 0, 0) == 0 && std::isnan(mean(20, 0, std::nanf("")))));
  CHECK((mean(3, HUGE_VALF, -1) == HUGE_VALF && mean(3, 1, -HUGE_VALF) == -HUGE_VALF));
  CHECK(std::isnan(mean(3, HUGE_VALF, -HUGE_VALF)));
}
TEST_CASE("a codebook has as many numbers as its centres need, all finite") {
  CHECK((centres(2, 3).clusters() == 2 && centres(2, 3).dimensions() == 3));
  CHECK(centres(2, 3).squared_norms()(1, 0) == 0.75);
  CHECK(sentence([] { codebook(std::vector<float>(4), 0); }) == "codebook: 4 numbers are not 0 centres");
  CHECK(sentence([] { codebook(std::vector<float>{}, 1); }) == "codebook: 0 numbers are not 1 centres");
  CHECK(sentence([] { codebook(std::vector<double>{1, 2, 3, 1e300}, 2); }) ==
        "codebook: component 1 of centre 1 is inf, expected a finite float");
  const kernel::shared_array<float> numbers(std::vector<float>(6));
  CHECK(sentence([&] { codebook(numbers, kernel::shared_array<double>(std::vector<double>(3))); }).empty());
  CHECK(sentence([&] { codebook(numbers, kernel::shared_array<double>(std::vector<double>(4))); }) ==
        "codebook: 6 numbers are not 4 centres");
  CHECK(!sentence([&] { codebook(numbers, kernel::shared_array<double>()); }).empty());
  CHECK(!sentence([&] { codebook(kernel::shared_array<float>(), kernel::shared_array<double>({1.})); }).empty());
}
TEST_CASE("vlad: the codebook fits the channels, nearest the clusters, the head both") {
  const codebook c = centres(2, 3);
  CHECK((refused(vlad(c)).empty() && refused(vlad(c, {.nearest = 2})).empty()));
  CHECK(refused(vlad(c, {.nearest = 0})) == "vlad: nearest is 0, expected 1 to 2 (the clusters)");
  CHECK(refused(vlad(c, {.nearest = 3})) == "vlad: nearest is 3, expected 1 to 2 (the clusters)");
  CHECK(refused(vlad(c), {1, 4, 1, 1}) == "vlad: the codebook has centres of 3 components, the activations 4 channels");
  CHECK(refused(vlad(c, {.beta = infinity})) == "vlad: beta is inf, expected a positive number");
  CHECK(!refused(vlad(c, {.beta = std::nan("")})).empty());
  CHECK(vlad(c).descriptor_size({.c = 3}) == 6);
  CHECK(sentence([&] { vlad(c).descriptor_size({.c = most}); }) ==
        "vlad: 2 clusters of 9223372036854775807 channels are too many to count");
  const std::vector<float> six(6), two(2), three(3);
  CHECK(refused(netvlad(c, netvlad_head(six, two))).empty());
  CHECK(refused(netvlad(c, netvlad_head(six, three))) == "vlad: the head is 3 x 2, the codebook 2 x 3");
  CHECK(refused(netvlad(c, netvlad_head(std::vector<float>(4), two))) == "vlad: the head is 2 x 2, the codebook 2 x 3");
  CHECK(sentence([&] { netvlad_head(six, {}); }) == "netvlad_head: 6 weights for 0 biases");
  CHECK(sentence([&] { netvlad_head({}, two); }) == "netvlad_head: 0 weights for 2 biases");
  CHECK(netvlad_head().dimensions() == 0);
}
TEST_CASE("sliding windows: at least one pixel, at most the image; the last ones end inside") {
  CHECK(sentence([] { sliding_windows(5, 8, 0, 1); }) ==
        "sliding_windows: window is 0 and stride is 1, expected at least 1");
  CHECK(sentence([] { sliding_windows(8, 5, 6, 1); }) == "sliding_windows: a window of 6 does not fit into 8 x 5");
  CHECK(sliding_windows(5, 5, 5, 1).size() == 1);
  const window_list w = sliding_windows(5, 8, 3, 2);
  REQUIRE(w.size() == 2 * 3);
  CHECK(w[0] == box{0, 0, 3, 3});
  CHECK(w[2] == box{0, 4, 3, 3});
  CHECK(w[5] == box{2, 4, 3, 3});
  CHECK(sliding_grid{}.regions(2, 3).size() == 6);  // every position
}
TEST_CASE("mop_map: levels, windows and projections fit each other") {
  const shape map{1, 3, 4, 5};
  const auto check = [&](const mop_map_level& level) { return refused(mop_map(max(), std::vector{level}), map); };
  CHECK(refused(mop_map(max(), std::vector<mop_map_level>{})) == "mop_map: there are no levels");
  CHECK(check({.level = {}}).empty());
  CHECK(check({.window = 2}) == "mop_map: level 1 has 12 windows and no codebook");
  CHECK(check({.window = 2, .level = {.centres = centres(2, 3)}}).empty());
  CHECK(check({.window = 2, .level = {.centres = centres(2, 4)}}) ==
        "vlad: the codebook has centres of 4 components, the activations 3 channels");
  CHECK(check({.window = 6}) == "sliding_windows: a window of 6 does not fit into 4 x 5");
  CHECK(mop_map(max(), std::vector<mop_map_level>{{.level = {}}, {.window = 2, .level = {.centres = centres(2, 3)}}})
            .descriptor_size(map) == 3 + 6);
}

}  // namespace cnnpool
