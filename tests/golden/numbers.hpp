// The congruence of the scripts that make golden files.
#pragma once

#include <cstdint>
#include <vector>

#include <cnnpool/core/shape.hpp>

namespace testing {

/// (s_k mod 2000) / 1000 - 1.
inline std::vector<float> golden_numbers(cnnpool::index_t count, std::uint64_t state) {
  std::vector<float> x;
  for (cnnpool::index_t i = 0; i < count; ++i) {
    state = (state * 1103515245u + 12345u) % 2147483648u;
    x.push_back(static_cast<float>(static_cast<double>((state >> 8) % 2000) / 1000 - 1));
  }
  return x;
}

}  // namespace testing
