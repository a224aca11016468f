// What README and guide promise of a call, for one image and for eight: concat reads each element once, and a batch
// gives the bits of its images, whatever the number of threads. (That loops do not allocate is checked on the pages'
// own programs, by blocks.py.)
#include <cnnpool/cnnpool.hpp>

#include <vector>

#include "catch.hpp"

using namespace cnnpool;

namespace {
long elements_read = 0;

struct counted {
  template <class V>
  CNNPOOL_HD V operator()(const V& x) const {
    elements_read += static_cast<long>(sizeof(V) / sizeof(kernel::lane_t<V>));
    return x;
  }
};

struct maps {
  explicit maps(index_t n) : extents{n, 64, 24, 32}, values(static_cast<std::size_t>(n * 64 * 24 * 32)) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * i % 9973) / 16;
  }
  feature_view<float> view() const { return {values.data(), extents, nchw}; }

  shape extents;
  std::vector<float> values;
};

const auto tour = concat(sum{} | l2{}, max() | l2{} | scale{.factor = 0.5}) | l2{};

template <class P>
long elements_read_by(const maps& m, const P& policy) {
  elements_read = 0;
  pool(cpu{.threads = 1}, m.view(), elementwise(counted{}) | policy);
  return elements_read;
}
}  // namespace

TEST_CASE("one pass over x, for one image and for eight") {
  for (const index_t n : {1, 8}) {
    const maps m(n);
    const long all = static_cast<long>(m.values.size());
    CHECK(elements_read_by(m, tour) == all);
    CHECK(elements_read_by(m, gem_p<3>{} | l2{}) == all);
    CHECK(elements_read_by(m, concat(sum{} | l2{}, crow{})) >= 2 * all);  // CroW is no fold: more is counted as more
  }
}
TEST_CASE("the same bits for any number of threads and any split of the batch") {
  const auto same = [](const auto& policy) {
    for (const index_t n : {1, 8}) {
      const maps m(n);
      const auto whole = pool(cpu{.threads = 1}, m.view(), policy);
      const auto threads = pool(cpu{.threads = 3}, m.view(), policy);
      for (index_t i = 0; i < n; ++i) {
        const auto alone = pool(m.view().images(i, 1), policy);
        for (index_t j = 0; j < whole.cols(); ++j)
          if (whole(i, j) != threads(i, j) || whole(i, j) != alone(0, j)) return false;
      }
    }
    return true;
  };
  CHECK(same(tour));
  CHECK(same(gem_p<3>{} | l2{}));
  CHECK(same(rmac{}));
  CHECK(same(crow{} | l2{}));
}
