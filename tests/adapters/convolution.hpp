// A small convolution that every framework under test computes, and the same by loops in double.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "adapters/policies.hpp"
#include "adapters/same_elements.hpp"
#include "errors.hpp"
#include "random.hpp"

namespace testing {

using cnnpool::index_t;

inline std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// 3 x 3, stride 1, padding 1, with bias: n x 3 x h x w to n x c x h x w. Weights are o, i, h, w.
struct convolution {
  cnnpool::shape in, out;
  std::vector<float> input, weights, bias;

  explicit convolution(index_t n = 2, index_t c = 20, index_t h = 6, index_t w = 5) : in{n, 3, h, w}, out{n, c, h, w} {
    random_numbers random(3);
    const auto fill = [&](std::vector<float>& v, index_t size) {
      v.resize(at(size));
      for (float& f : v) f = static_cast<float>(random.uniform(-1, 1));
    };
    fill(input, n * 3 * h * w);
    fill(weights, c * 27);
    fill(bias, c);
  }
  double operator()(index_t n, index_t c, index_t h, index_t w) const {
    double sum = bias[at(c)];
    for (index_t i = 0; i < 3; ++i)
      for (index_t dh = 0; dh < 3; ++dh)
        for (index_t dw = 0; dw < 3; ++dw) {
          const index_t y = h + dh - 1, x = w + dw - 1;
          if (y < 0 || x < 0 || y >= in.h || x >= in.w) continue;
          sum += static_cast<double>(weights[at(((c * 3 + i) * 3 + dh) * 3 + dw)]) *
                 static_cast<double>(input[at(((n * 3 + i) * in.h + y) * in.w + x)]);
        }
    return sum;
  }
  /// The view holds this convolution (relu: after its ReLU), and pools to its maxima. Returns policies_on(view).
  template <class T>
  std::string check(const T& view, bool relu = false, double tolerance = 1e-5) const {
    const cnnpool::any_feature_view any = view;
    REQUIRE(any.extents() == out);
    REQUIRE(any.type() == cnnpool::scalar_type::float32);
    const cnnpool::feature_view<float> x(static_cast<const float*>(any.data()), any.extents(), any.stride());
    const auto d = cnnpool::pool(x, cnnpool::max());
    double worst = 0;
    for (index_t n = 0; n < out.n; ++n)
      for (index_t c = 0; c < out.c; ++c) {
        double most = -1e300;
        for (index_t h = 0; h < out.h; ++h)
          for (index_t w = 0; w < out.w; ++w) {
            const double v = (*this)(n, c, h, w), expected = relu && v < 0 ? 0 : v;
            most = std::max(most, expected);
            worst =
                std::max(worst, std::fabs(static_cast<double>(x(n, c, h, w)) - expected) / (1 + std::fabs(expected)));
          }
        worst = std::max(worst, std::fabs(static_cast<double>(d(n, c)) - most) / (1 + std::fabs(most)));
      }
    CAPTURE(worst);
    CHECK(worst <= tolerance);
    const std::string policies = policies_on(any);
    CHECK(policies.find('!') == std::string::npos);
    return policies;
  }
};

}  // namespace testing
