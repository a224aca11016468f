// 200 random cases for a property: shapes, sparse values, a layout. The seed is printed and settable (random.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "../catch.hpp"
#include "../random.hpp"

namespace properties {

struct sample {
  cnnpool::shape shape;
  std::vector<float> values;  // NCHW
  cnnpool::feature_view<float> view() const { return {values.data(), shape, cnnpool::nchw}; }
};

inline sample random_sample(testing::random_numbers& random, int most_images = 3, bool with_negative = false) {
  sample s;
  s.shape = {random.between(1, most_images), random.between(1, 20), random.between(1, 14), random.between(1, 14)};
  s.values.resize(static_cast<std::size_t>(s.shape.n * s.shape.c * s.shape.positions()));
  for (float& v : s.values) {
    const double u = random.uniform(with_negative ? -3 : -2, 4);
    v = static_cast<float>(with_negative ? u : std::max(u, 0.));
  }
  return s;
}

template <class F>
void each_case(std::uint64_t stream, const F& f) {
  testing::random_numbers random(stream);
  for (int i = 0; i < 200; ++i) {
    INFO("case " << i << " of seed " << testing::seed());
    f(random);
  }
}

/// |a - b| <= tolerance * the largest component (or 1).
inline void close(const cnnpool::descriptors<float>& a, const cnnpool::descriptors<float>& b, double tolerance) {
  REQUIRE((a.rows() == b.rows() && a.cols() == b.cols()));
  double largest = 1e-30, difference = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    largest = std::max(largest, std::fabs(static_cast<double>(a.data()[i])));
    difference = std::max(difference, std::fabs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i])));
  }
  CAPTURE(largest, difference);
  REQUIRE(difference <= tolerance * largest);
}

/// The same values with one axis in another order.
template <class Index>
sample permuted(const sample& s, const Index& from) {
  sample r = s;
  const cnnpool::shape& e = s.shape;
  std::size_t at = 0;
  const auto x = s.view();
  for (cnnpool::index_t n = 0; n < e.n; ++n)
    for (cnnpool::index_t c = 0; c < e.c; ++c)
      for (cnnpool::index_t p = 0; p < e.positions(); ++p, ++at) {
        const auto [c2, p2] = from(c, p);
        r.values[at] = x(n, c2, p2 / e.w, p2 % e.w);
      }
  return r;
}

inline std::vector<cnnpool::index_t> random_order(testing::random_numbers& random, cnnpool::index_t size) {
  std::vector<cnnpool::index_t> order(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<cnnpool::index_t>(i);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.between(0, static_cast<int>(i) - 1))]);
  return order;
}

inline sample scaled(sample s, float factor) {
  for (float& v : s.values) v *= factor;
  return s;
}

}  // namespace properties
