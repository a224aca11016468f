// One program of translation units with and without SIMD packs, with and without OpenMP, and one by nvcc: each keeps
// its own CPU backend, and sum, average and max have the same bits in all of them.
#include <cstdio>
#include <cstring>

#include "variant.hpp"

int main() {
  struct {
    const char* name;
    variant_result result;
    bool vectors, openmp;
  } all[] = {{"packs", packs(), true, false},
             {"lanes", lanes(), false, false},
#ifndef CNNPOOL_TEST_NO_OPENMP
             {"packs_openmp", packs_openmp(), true, true},
             {"lanes_openmp", lanes_openmp(), false, true},
#endif
#ifdef CNNPOOL_TEST_NVCC
             {"nvcc_unit", nvcc_unit(), false, false},
#endif
  };
  int wrong = 0;
  const auto& first = all[0].result.descriptors;
  for (const auto& [name, result, vectors, openmp] : all) {
    std::printf("%-13s %zu values\n", name, result.descriptors.size());
    if (result.descriptors.size() != first.size() ||
        std::memcmp(result.descriptors.data(), first.data(), first.size() * sizeof(float)) != 0) {
      ++wrong;
      std::printf("%s: other bits than packs\n", name);
    }
    if (result.vectors != vectors || result.arrays == vectors) {
      ++wrong;
      std::printf("%s: its backend is another unit's\n", name);
    }
    if (result.openmp != openmp) {
      ++wrong;
      std::printf("%s: compiled %s OpenMP\n", name, openmp ? "without" : "with");
    }
  }
  return first.empty() || wrong != 0;
}
