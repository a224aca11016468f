// One random map as the oracle and the library read it.
#pragma once

#include <vector>

#include <cnnpool/core/feature_view.hpp>

#include "oracle.hpp"
#include "random.hpp"

struct random_map {
  oracle::map expected;
  std::vector<float> values;
  cnnpool::shape shape;

  random_map(int c, int h, int w, std::uint64_t stream, bool rectified = true)
      : expected(c, h, w), shape{1, c, h, w} {
    testing::random_numbers random(stream);
    for (oracle::real& v : expected.values) {
      const double u = random.uniform(-2, 3);
      values.push_back(static_cast<float>(rectified && u < 0 ? 0 : u));
      v = static_cast<oracle::real>(values.back());
    }
  }
  cnnpool::feature_view<float> view() const { return {values.data(), shape, cnnpool::nchw}; }
};
