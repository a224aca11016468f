// A concat is its parts side by side, and what several parts accumulate is stepped once. Sums of small whole numbers:
// every order of additions gives the same bits.
#include <cnnpool/kernel/fused_fold.hpp>
#include <cnnpool/cnnpool.hpp>

#include <limits>
#include <vector>

#include "../catch.hpp"
#include "whole_numbers.hpp"

using namespace cnnpool;
using cnnpool::detail::components;
using cnnpool::detail::fuse;

namespace {

/// Inherits the sum's state and finish, not its step.
struct sum_of_squares : cnnpool::sum {
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + x * x;
  }
};

template <class F>
constexpr int states = components<float, typename F::template state<float>>;

bool same(float a, float b) { return a == b || (a != a && b != b); }

/// concat(parts...) against every part alone.
template <class... P>
void check(const feature_view<float>& x, const P&... parts) {
  for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
    const cpu backend{.threads = 1, .target = level};
    const auto together = pool(backend, x, concat(parts...));
    index_t column = 0;
    const auto one = [&](const auto& part) {
      const auto alone = pool(backend, x, part);
      for (index_t n = 0; n < alone.rows(); ++n)
        for (index_t c = 0; c < alone.cols(); ++c) {
          INFO("level " << to_string(level) << ", image " << n << ", component " << column + c);
          CHECK(same(together.row(n).data()[column + c], alone.row(n).data()[c]));
        }
      column += alone.cols();
    };
    (one(parts), ...);
    CHECK(column == together.cols());
  }
}

}  // namespace

TEST_CASE("what folds of a concat accumulate together is one state") {
  using cnnpool::sum, cnnpool::max;
  CHECK(states<decltype(fuse(sum{}, average{}))> == 1);
  CHECK(states<decltype(fuse(average{}, sum{}))> == 1);
  CHECK(states<decltype(fuse(sum{}, fuse(max(), average{})))> == 2);
  CHECK(states<decltype(fuse(sum{}, fuse(detail::fast_max{}, fuse(average{}, nonzero{}))))> == 3);
  CHECK(states<decltype(fuse(detail::fast_max{}, fuse(sum{}, nonzero{})))> == 3);
  // Not these: each has a step or numbers of its own.
  CHECK(states<decltype(fuse(sum{}, sum_of_squares{}))> == 2);
  CHECK(states<decltype(fuse(sum_of_squares{}, average{}))> == 2);
  CHECK(states<decltype(fuse(nonzero{}, nonzero{}))> == 2);
  CHECK(states<decltype(fuse(sum{}, nonzero{}))> == 2);
}

TEST_CASE("a concat is its parts side by side") {
  for (const cnnpool::shape s : {cnnpool::shape{.n = 2, .c = 70, .h = 7, .w = 7}, {.n = 1, .c = 19, .h = 12, .w = 13},
                                 {.n = 2, .c = 3, .h = 1, .w = 1}, {.n = 1, .c = 33, .h = 3, .w = 5}}) {
    const auto v = whole_numbers(s);
    for (const bool channels_last : {false, true}) {
      const feature_view<float> x(v.data(), s, channels_last ? nhwc(s) : nchw(s));
      check(x, cnnpool::sum{}, average{}, cnnpool::max(), nonzero{});
      check(x, cnnpool::max(), average{}, cnnpool::sum{});
      check(x, sum_of_squares{}, cnnpool::max(), nonzero{}, average{}, cnnpool::max(), cnnpool::sum{});
    }
  }
}

TEST_CASE("NaN and infinities spoil the parts that they spoil alone") {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const cnnpool::shape s : {cnnpool::shape{.c = 24, .h = 7, .w = 7}, {.c = 24, .h = 13, .w = 13}}) {
    for (const bool channels_last : {false, true}) {
      auto v = whole_numbers(s);
      const cnnpool::strides layout = channels_last ? nhwc(s) : nchw(s);
      const auto put = [&](index_t c, index_t h, float f) {
        v[static_cast<std::size_t>(channels_last ? h * s.w * s.c + c : c * s.h * s.w + h * s.w)] = f;
      };
      put(1, 2, nan);
      put(5, 0, inf);
      put(5, 3, -inf);
      put(9, 6, -inf);
      put(23, 6, nan);
      put(11, 1, nan);
      put(11, 4, inf);
      const feature_view<float> x(v.data(), s, layout);
      check(x, cnnpool::sum{}, average{}, cnnpool::max(), nonzero{});
      check(x, cnnpool::max(), cnnpool::sum{});
      check(x, nonzero{}, average{}, cnnpool::max());
    }
  }
}
