// cpu on every level. Levels that the machine lacks run as the best below, which costs nothing.
#pragma once

#include <cnnpool/backend/cpu/cpu.hpp>

#include <vector>

namespace testing {
inline std::vector<cnnpool::cpu> backends() {
  using enum cnnpool::instruction_set;
  return {{.target = baseline}, {.target = avx2}, {.target = avx512}};
}
}  // namespace testing
