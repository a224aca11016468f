// Random training rows with directions of different strength.
#pragma once

#include <cmath>

#include <cnnpool/core/descriptors.hpp>

#include "../random.hpp"

/// n rows of d components: `rank` random directions, direction k of strength 1/(k+1), around a mean of size `offset`.
inline cnnpool::descriptors<float> training_set(cnnpool::index_t n, cnnpool::index_t d, cnnpool::index_t rank,
                                                std::uint64_t stream, double offset = 1) {
  testing::random_numbers random(stream);
  std::vector<double> directions, mean;
  for (cnnpool::index_t i = 0; i < rank * d; ++i) directions.push_back(random.uniform(-1, 1));
  for (cnnpool::index_t i = 0; i < d; ++i) mean.push_back(random.uniform(-offset, offset));
  cnnpool::descriptors<float> rows(n, d);
  for (cnnpool::index_t i = 0; i < n; ++i) {
    std::vector<double> x = mean;
    for (cnnpool::index_t k = 0; k < rank; ++k) {
      const double strength = random.uniform(-1, 1) / static_cast<double>(k + 1);
      for (cnnpool::index_t j = 0; j < d; ++j)
        x[static_cast<std::size_t>(j)] += strength * directions[static_cast<std::size_t>(k * d + j)];
    }
    for (cnnpool::index_t j = 0; j < d; ++j) rows(i, j) = static_cast<float>(x[static_cast<std::size_t>(j)]);
  }
  return rows;
}
