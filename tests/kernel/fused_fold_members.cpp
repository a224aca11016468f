// What a concat passes on of the optional members of its parts.
#include <cnnpool/cnnpool.hpp>

#include <cmath>
#include <limits>

#include "../catch.hpp"
#include "whole_numbers.hpp"

using namespace cnnpool;

namespace {

/// Folds of a namespace of their own, with the optional members that a concat passes on.
struct plain_sum {
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
struct scaled_sum : plain_sum {
  float scale = 1;
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + kernel::in_every_lane<V>(scale) * x;
  }
};
struct odd_doubled : plain_sum {
  template <class V>
  CNNPOOL_HD scaled_sum per_channel(index_t c) const {
    return {{}, c % 2 == 0 ? 1.f : 2.f};
  }
};
struct one_of_two : plain_sum {
  bool doubled = true;
  template <class Action>
  CNNPOOL_INLINE void forms(const Action& action) const {
    if (doubled) action(scaled_sum{{}, 2.f});
    else action(plain_sum{});
  }
};

}  // namespace

TEST_CASE("a concat passes on that a fold differs by channel, or has forms") {
  const cnnpool::shape s{.n = 2, .c = 19, .h = 12, .w = 13};
  const auto v = whole_numbers(s);
  for (const bool channels_last : {false, true}) {
    const feature_view<float> x(v.data(), s, channels_last ? nhwc(s) : nchw(s));
    const auto sums = pool(x, cnnpool::sum{}), chosen = pool(x, concat(plain_sum{}, one_of_two{}, scaled_sum{{}, 3.f}));
    const auto by_channel = pool(reference{}, x, concat(odd_doubled{}, plain_sum{}));
    for (index_t n = 0; n < s.n; ++n)
      for (index_t c = 0; c < s.c; ++c) {
        const double sum = static_cast<double>(sums(n, c));
        CHECK(by_channel(n, c) == sum * (c % 2 == 0 ? 1 : 2));
        CHECK(by_channel(n, s.c + c) == sum);
        CHECK(chosen(n, c) == sums(n, c));
        CHECK(chosen(n, s.c + c) == 2 * sums(n, c));
        CHECK(chosen(n, 2 * s.c + c) == 3 * sums(n, c));
      }
  }
}

TEST_CASE("GeM beside max keeps a NaN, with an infinity beside it too") {
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const cnnpool::shape s{.c = 24, .h = 7, .w = 7};
  for (const bool channels_last : {false, true}) {
    auto v = whole_numbers(s);
    const feature_view<float> x(v.data(), s, channels_last ? nhwc(s) : nchw(s));
    const auto put = [&](index_t c, index_t i, float f) {
      v[static_cast<std::size_t>(channels_last ? i * s.c + c : c * s.h * s.w + i)] = f;
    };
    put(1, 14, nan);
    put(9, 42, -infinity);
    put(11, 7, nan);
    put(11, 28, infinity);
    const auto any_p = pool(x, concat(gem{.p = 2.5}, cnnpool::max()));
    const auto cubic = pool(x, concat(gem_p<3>{}, cnnpool::max()));
    for (const auto& d : {any_p, cubic})
      for (index_t c = 0; c < s.c; ++c) {
        INFO("channel " << c);
        CHECK(std::isnan(d(0, c)) == (c == 1 || c == 11));
        CHECK(std::isnan(d(0, s.c + c)) == (c == 1 || c == 11));
      }
  }
}
