// Chains and concat: parts keep their places and their stages, whatever the number of statistics of a fold; a policy
// whose descriptor depends on the size of the map does not fit regions.
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/crow.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/regional.hpp>
#include <cnnpool/pool.hpp>
#include <cnnpool/post/l2.hpp>
#include <cnnpool/post/power.hpp>
#include <cnnpool/post/truncation.hpp>

#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {

/// Mean and mean of squares: two statistics of one pass.
struct moments {
  template <class V>
  struct state {
    V first, second;
  };
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {V(kernel::lane_t<V>(0)), V(kernel::lane_t<V>(0))};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x) const {
    return {s.first + x, s.second + x * x};
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    return {a.first + b.first, a.second + b.second};
  }
  template <class V>
  CNNPOOL_HD kernel::values<V, 2> finish(const state<V>& s, index_t n) const {
    const V count = kernel::in_every_lane<V>(n);
    return {{s.first / count, s.second / count}};
  }
};

constexpr index_t channels = 13;

feature_view<float> batch() {
  static const std::vector<float> m = [] {
    std::vector<float> v(2 * channels * 30);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i * 7919 % 101) / 50;
    return v;
  }();
  return {m.data(), {2, channels, 5, 6}, nchw};
}

/// concat(parts...) against each part alone.
template <class B, class... Parts>
void check_parts(const B& b, const Parts&... parts) {
  const auto x = batch();
  const auto policy = concat(parts...);
  const auto all = pool(b, x, policy);
  index_t column = 0;
  const auto check = [&](const auto& part) {
    const auto alone = pool(b, x, part);
    for (index_t i = 0; i < alone.rows(); ++i)
      for (index_t j = 0; j < alone.cols(); ++j)
        REQUIRE(all(i, column + j) == Approx(alone(i, j)).epsilon(1e-6));
    column += alone.cols();
  };
  (check(parts), ...);
  CHECK(all.cols() == column);
}

template <class B>
void check_two_statistics(const B& b) {
  const auto chained = moments{} | l2{} | power{};
  check_parts(b, chained, max());
  check_parts(b, max(), chained);
  check_parts(b, moments{} | truncation{.dimensions = 20} | l2{} | power{}, max(), chained);
  check_parts(b, max() | l2{}, moments{} | (truncation{.dimensions = 5} | l2{}));
}

}  // namespace

namespace elsewhere {
struct total {
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(kernel::lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + x;
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t) const {
    return s;
  }
};
struct plus_one {
  struct add {
    template <class V>
    CNNPOOL_HD V operator()(const V& x) const {
      return x + V(kernel::lane_t<V>(1));
    }
  };
  index_t output_size(index_t d) const { return d; }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    b.transform(s, out, add{}, in);
  }
};
auto chains() { return std::pair(total{} | plus_one{}, plus_one{} | plus_one{}); }
}  // namespace elsewhere

namespace unrelated {
/// A body that numbers do not fit, behind a deduced type: asking whether it is a stage must not compile it.
struct conv {
  template <class Layer>
  auto output_size(const Layer& layer) const {
    return layer.size() / 2;
  }
  template <class Shape>
  auto descriptor_size(const Shape& s) const {
    return s.size();
  }
};
struct joined {};
inline joined operator|(const conv&, const conv&) { return {}; }
}  // namespace unrelated

TEST_CASE("an operator of others is not disturbed") {
  CHECK(std::is_same_v<decltype(unrelated::conv{} | unrelated::conv{}), unrelated::joined>);
}
TEST_CASE("a policy and a stage of a user's namespace make a chain there") {
  const auto [chain, stages] = elsewhere::chains();
  const float x[] = {1, 2, 3, 4};
  const feature_view<float> v(x, {.h = 2, .w = 2}, nchw);
  CHECK((pool(v, chain)(0, 0) == 11 && pool(v, chain | stages)(0, 0) == 13 && pool(reference{}, v, chain)(0, 0) == 11));
}
TEST_CASE("a fold of two statistics with several stages behind it is a part of concat: cpu") {
  check_two_statistics(cpu{});
}
TEST_CASE("a fold of two statistics with several stages behind it is a part of concat: reference") {
  check_two_statistics(reference{});
}

TEST_CASE("the stages behind a part take no more workspace than the part's own components") {
  // Two images of 2 x 13 statistics and 13 maxima in place, two norms at a time.
  const auto policy = concat(max(), moments{} | l2{} | power{});
  CHECK(workspace_bytes(cpu{}, batch(), policy) == 64);
}

TEST_CASE("a fold of two statistics: all first ones, then all second ones") {
  const auto d = pool(batch(), moments{});
  REQUIRE(d.cols() == 2 * channels);
  double first = 0, second = 0;
  for (index_t i = 0; i < 30; ++i) {
    const auto x = static_cast<double>(batch()(1, 4, i / 6, i % 6));
    first += x / 30, second += x * x / 30;
  }
  CHECK(d(1, 4) == Approx(first));
  CHECK(d(1, channels + 4) == Approx(second));
}

TEST_CASE("regions whose descriptors have another size, or that the inner regions do not fit: one sentence") {
  const auto x = batch();
  CHECK(sentence([&] { pool_regions(x, crow_spatial_weights{}, rmac_grid{}); }) ==
        "pool_regions: region 0 gives 25 components, the whole map 30");
  CHECK(sentence([&] { pool(x, regional(crow_spatial_weights{} | l2{}, rmac_grid{})); }) ==
        "regional: region 0 gives 25 components, the whole map 30");
  const box inside_the_map[] = {{3, 3, 2, 3}};
  const auto corner = regional(max(), box_list{inside_the_map});
  CHECK(pool(x, corner)(0, 0) == pool(x.crop(inside_the_map[0]), max())(0, 0));
  CHECK(sentence([&] { pool_regions(x, corner, rmac_grid{.levels = 1}); }) ==
        "regional: region 0 is 2 x 3 at (3, 3), outside the map of 5 x 5");
}
