// Maps of small whole numbers: every order of additions gives the same bits.
#pragma once

#include <cnnpool/core/shape.hpp>

#include <vector>

#include "../random.hpp"

inline std::vector<float> whole_numbers(cnnpool::shape s) {
  testing::random_numbers random(static_cast<std::uint64_t>(s.h));
  std::vector<float> v;
  for (cnnpool::index_t i = 0; i < s.n * s.c * s.h * s.w; ++i) v.push_back(static_cast<float>(random.between(-9, 9)));
  return v;
}
