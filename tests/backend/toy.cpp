// A new backend needs no change to any policy: this one, written in twenty lines, counts the elements that it reads and
// runs every policy there is. The counts are also what docs/backends.md promises about passes over memory.
#include <cnnpool/backend/for_each_backend.hpp>
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/cnnpool.hpp>

#include "../catch.hpp"
#include "probes.hpp"

using namespace cnnpool;

namespace {

struct counting_backend : for_each_backend<counting_backend> {
  using space = host_space;
  template <class T>
  using accumulator = accumulator_t<T>;
  template <class F>
  void for_each(index_t count, const F& f) const {
    for (index_t i = count - 1; i >= 0; --i) f(i);  // any order will do
  }
};

/// Notes what it is told of slices: how many bytes of an image are read again.
struct slicing_backend : for_each_backend<slicing_backend> {
  index_t* again;
  using space = host_space;
  template <class T>
  using accumulator = accumulator_t<T>;
  template <class F>
  void for_each(index_t count, const F& f) const {
    for (index_t i = 0; i < count; ++i) f(i);
  }
  template <class F>
  void for_each_cached_slice(kernel::scratch& s, index_t n, index_t more, const F& f) const {
    if (*again == 0) *again = more;  // the outermost call's
    f(*this, s, 0, n);
  }
};

constexpr index_t channels = 24, positions = 6 * 5;

/// Reads of an element of the activations, on average; the result is compared with the reference backend's.
template <class P>
double reads_per_element(const P& policy) {
  const shape s{2, channels, 6, 5};
  const std::vector<float> values = testing::counted_activations(s);
  const feature_view<float> x(values.data(), s, nchw);
  long reads = 0;
  const kernel::source<feature_view<float>, testing::count_reads> counted{x, {&reads}};
  const auto got = pool(counting_backend{}, counted, policy);
  const auto expected = pool(reference{}, x, policy);
  REQUIRE(got.values().size() == expected.values().size());
  for (std::size_t i = 0; i < got.values().size(); ++i)
    CHECK(got.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-6));
  return static_cast<double>(reads) / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("one read of every element: folds, and any number of them at once") {
  CHECK(reads_per_element(cnnpool::sum{}) == 1);
  CHECK(reads_per_element(gem{.p = 2.7} | power{} | l2{}) == 1);
  CHECK(reads_per_element(spoc{}) == 1);
  CHECK(reads_per_element(concat(cnnpool::sum{}, average{} | l2{}, cnnpool::max(), gem{}, nonzero{})) == 1);
}
TEST_CASE("two reads: crow, whose weights need the whole map first") { CHECK(reads_per_element(crow{}) == 2); }
TEST_CASE("one read per region: rmac without a kernel of its own") {
  double covered = 0;
  const auto regions = rmac_grid{}.regions(6, 5);
  for (index_t k = 0; k < regions.size(); ++k)
    covered += static_cast<double>(regions[k].h * regions[k].w) / static_cast<double>(positions);
  CHECK(reads_per_element(rmac{}) == Approx(covered));
  CHECK(reads_per_element(regional(average{} | l2{}, rmac_grid{})) == Approx(covered));
}
TEST_CASE("a backend is told what is read again: the map for crow, the rows of the regions for rmac") {
  const shape s{2, channels, 6, 5};
  const std::vector<float> values = testing::counted_activations(s);
  const feature_view<float> x(values.data(), s, nchw);
  index_t again = 0;
  const slicing_backend b{{}, &again};
  const index_t map = channels * positions * 4, regions = rmac_grid{}.regions(6, 5).size() * channels * 4;
  pool(b, x, crow{});
  CHECK(again == map);
  again = 0;
  pool(b, x, rmac{});
  CHECK(again == regions);
  again = 0;
  pool(b, x, regional(cnnpool::max() | l2{}, rmac_grid{}));  // read once: a fold
  CHECK(again == regions);
  again = 0;
  pool(b, x, regional(crow{}, rmac_grid{}));
  CHECK(again == map + regions);
}
