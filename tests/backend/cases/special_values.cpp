// NaN, inf, denormals, zeros and negative numbers through every policy: section by section what the contract promises.
#include <cnnpool/cnnpool.hpp>

#include "../suite.hpp"

using namespace cnnpool;

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();

/// 12 channels, the values in channel 5, ones elsewhere.
struct one_channel {
  std::vector<float> values;
  index_t positions;
  explicit one_channel(const std::vector<float>& v)
      : values(v.size() * 12, 1.f), positions(static_cast<index_t>(v.size())) {
    std::copy(v.begin(), v.end(), values.begin() + 5 * positions);
  }
  template <class B, class P>
  auto pooled(const B& b, const P& p) const {
    return testing::pooled(b, feature_view<float>(values.data(), {1, 12, 1, positions}, nchw), values, p);
  }
  template <class B, class P>
  auto pooled_nhwc(const B& b, const P& p) const {
    std::vector<float> turned(values.size());
    for (index_t c = 0; c < 12; ++c)
      for (index_t i = 0; i < positions; ++i)
        turned[array_size(i * 12 + c)] = values[array_size(c * positions + i)];
    return testing::pooled(b, feature_view<float>(turned.data(), {1, 12, 1, positions}, nhwc), turned, p);
  }
};

template <class F>
void on_every_backend(const F& f) {
  int count = 0;
  for (const auto& b : testing::backends()) {
    INFO("backend " << count++);
    f(b);
  }
}

/// check(result of channel 5, result of another one), on every backend and layout.
template <class P, class F>
void check_channel(const std::vector<float>& values, const P& policy, const F& check) {
  const one_channel x(values);
  on_every_backend([&](const auto& b) {
    const auto rows = x.pooled(b, policy), columns = x.pooled_nhwc(b, policy);
    check(static_cast<double>(rows(0, 5)), static_cast<double>(rows(0, 4)));
    check(static_cast<double>(columns(0, 5)), static_cast<double>(columns(0, 4)));
  });
}

/// Each fold gives NaN in the channel of a NaN and leaves its neighbours alone, wherever the NaN is.
template <class P>
void nan_stays_in_its_channel(const P& policy) {
  for (const std::size_t n : {1u, 7u, 8u, 49u, 130u, 1025u})
    for (const std::size_t place : {std::size_t{0}, n / 2, n - 1})
      for (const float rest : {2.f, 0.f, -1.f, inf}) {
        std::vector<float> v(n, rest);
        v[place] = nan;
        INFO(n << " elements, NaN at " << place << " among " << rest);
        check_channel(v, policy, [](double d, double other) {
          CHECK(std::isnan(d));
          CHECK(other >= 0.99);
        });
      }
}
/// No policy turns a NaN into a finite descriptor.
template <class P>
void nan_spreads(const P& policy) {
  for (const std::size_t place : {0u, 24u, 48u}) {
    std::vector<float> v(49, 1.f);
    v[place] = nan;
    const one_channel x(v);
    on_every_backend([&](const auto& b) {
      const auto d = x.pooled(b, policy);
      CHECK(std::isnan(d(0, 5)));
    });
  }
}

}  // namespace

TEST_CASE("a NaN makes its channel NaN: sum") { nan_stays_in_its_channel(cnnpool::sum{}); }
TEST_CASE("a NaN makes its channel NaN: average") { nan_stays_in_its_channel(average{}); }
TEST_CASE("a NaN makes its channel NaN: max") { nan_stays_in_its_channel(cnnpool::max()); }
TEST_CASE("a NaN makes its channel NaN: relu, max") { nan_stays_in_its_channel(relu{} | cnnpool::max()); }
TEST_CASE("a NaN never gives a finite descriptor") {
  nan_spreads(spoc{});
  nan_spreads(crow{});
  nan_spreads(rmac{});
  nan_spreads(cnnpool::max() | l2{});
}

TEST_CASE("infinities behave as arithmetic says") {
  for (const std::size_t n : {3u, 49u, 200u}) {
    std::vector<float> up(n, 1.f), down(n, 1.f), both(n, 1.f);
    up[n / 2] = inf, down[n - 1] = -inf, both[0] = inf, both[n - 1] = -inf;
    check_channel(up, cnnpool::sum{}, [](double d, double) { CHECK(d == HUGE_VAL); });
    check_channel(down, cnnpool::sum{}, [](double d, double) { CHECK(d == -HUGE_VAL); });
    check_channel(both, cnnpool::sum{}, [](double d, double) { CHECK(std::isnan(d)); });
    check_channel(up, cnnpool::max(), [](double d, double) { CHECK(d == HUGE_VAL); });
    check_channel(down, cnnpool::max(), [](double d, double) { CHECK(d == 1); });
    check_channel(std::vector<float>(n, -inf), cnnpool::max(), [](double d, double) { CHECK(d == -HUGE_VAL); });
  }
}

TEST_CASE("denormals, zeros, dead channels, negative numbers") {
  for (const std::size_t n : {1u, 49u, 200u}) {
    const auto count = static_cast<double>(n);
    check_channel(std::vector<float>(n, 1e-42f), cnnpool::sum{},
                  [&](double d, double) { CHECK(d == Approx(count * static_cast<double>(1e-42f))); });
    check_channel(std::vector<float>(n, 1e-42f), cnnpool::max(),
                  [&](double d, double) { CHECK(d == static_cast<double>(1e-42f)); });
    check_channel(std::vector<float>(n, -0.f), cnnpool::max(), [](double d, double) { CHECK(d == 0); });
    check_channel(std::vector<float>(n, -3.f), cnnpool::max(), [](double d, double) { CHECK(d == -3); });
    check_channel(std::vector<float>(n, -3.f), relu{} | cnnpool::max(), [](double d, double) { CHECK(d == 0); });
    check_channel(std::vector<float>(n, 0.f), crow{}, [](double d, double) { CHECK(d == 0); });
    check_channel(std::vector<float>(n, -3.f), crow{}, [](double d, double) { CHECK(std::isfinite(d)); });
    check_channel(std::vector<float>(n, -3.f), rmac{}, [](double d, double) { CHECK(std::isfinite(d)); });
  }
}

TEST_CASE("maps of nothing but zeros, of nothing but negative numbers, of the largest numbers") {
  const auto all = [](float value, const auto& policy, double expected) {
    for (const index_t n : {1, 9, 200}) {
      const std::vector<float> v(array_size(12 * n), value);
      INFO(n << " positions of " << value);
      on_every_backend([&](const auto& b) {
        const auto d = testing::pooled(b, feature_view<float>(v.data(), {1, 12, 1, n}, nchw), v, policy);
        for (const auto e : d.row(0)) CHECK(static_cast<double>(e) == Approx(expected));
      });
    }
  };
  all(0, crow{}, 0);
  all(0, rmac{}, 0);
  all(0, cnnpool::max() | l2{}, 0);
  all(-2, crow{}, 0);
  all(-2, rmac{}, -std::sqrt(1.0 / 12));
  all(5e37f, rmac{}, std::sqrt(1.0 / 12));
  all(5e37f, cnnpool::max() | l2{}, std::sqrt(1.0 / 12));
  all(1e-30f, cnnpool::max() | l2{}, std::sqrt(1.0 / 12));
  all(-4, cnnpool::max() | power{}, -2);
}
