// cpu on every level. Levels that the machine lacks run as the best below, which costs nothing.
#pragma once

#include <cnnpool/backend/cpu/cpu.hpp>

#include <vector>

namespace testing {
inline std::vector<cnnpool::cpu> backends() {
  using cnnpool::instruction_set;
  return {{.level = instruction_set::baseline}, {.level = instruction_set::avx2}, {.level = instruction_set::avx512}};
}
}  // namespace testing
