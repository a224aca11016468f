// How often the GPU's kernels read an element of the activations, counted on the host: what docs/backends.md promises.
// What fills up a tile is no element: the function that is applied while reading must not see it.
#include "../catch.hpp"
#include "on_blocks.hpp"
#include "probes.hpp"

using namespace cnnpool;

namespace {

template <class Layout, class P>
double reads_per_element(const Layout& layout, const P& policy, const shape& s = {2, 24, 6, 5}) {
  const std::vector<float> values = testing::counted_activations(s);
  const feature_view<float> x(values.data(), s, layout);
  long reads = 0;
  pool(testing::block_emulator(false), kernel::source<feature_view<float>, testing::count_reads>{x, {&reads}}, policy);
  return static_cast<double>(reads) / static_cast<double>(values.size());
}

/// inf at 0.
struct one_over {
  template <class V>
  V operator()(const V& x) const {
    return V(1) / x;
  }
};

}  // namespace

TEST_CASE("one reading, by either layout: folds, any number of them, and regions") {
  CHECK(reads_per_element(nchw, concat(cnnpool::sum{}, cnnpool::max(), gem{})) == 1);
  CHECK(reads_per_element(nhwc, concat(cnnpool::sum{}, cnnpool::max(), gem{})) == 1);
  CHECK(reads_per_element(nchw, rmac{}) == 1);
  CHECK(reads_per_element(nhwc, rmac{}) == 1);
}
TEST_CASE("crow: one reading of NHWC, in slices too, two of NCHW and where a block has no room for the channels") {
  CHECK(reads_per_element(nhwc, crow{} | l2{}) == 1);
  CHECK(reads_per_element(nhwc, crow{}, {1, 1024, 16, 17}) == 1);
  CHECK(reads_per_element(nhwc, crow{.beta = 0.25}) == 2);
  CHECK(reads_per_element(nchw, crow{}) == 2);
  CHECK(reads_per_element(nhwc, crow{}, {1, 5000, 2, 2}) == 2);
}
TEST_CASE("what fills up the last tile is not read") {
  const std::vector<float> ones(3 * 37 * 7, 1.f), weights(5 * 37, 1.f);
  for (const bool rows : {true, false}) {
    const shape s{3, 37, 7, 1};
    const auto x = rows ? feature_view<float>(ones.data(), s, nchw) : feature_view<float>(ones.data(), s, nhwc);
    const kernel::source<feature_view<float>, one_over> inverse{x, {}};
    const testing::products product{{weights.data(), 5, 37, 37, 1}};
    const auto products = pool(testing::block_emulator(false), inverse, product);
    for (const float v : products.row(2)) CHECK(v == 37);
    const auto whole = pool(testing::block_emulator(false), inverse, crow{.channel_epsilon = 1});
    for (const float v : whole.row(1)) CHECK(v == Approx(std::log(37.) * std::pow(7., 0.75)));
  }
}
