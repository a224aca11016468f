// One function that is compiled in several ways (variants.cpp links them into one program).
#pragma once

#include <vector>

struct variant_result {
  std::vector<float> descriptors;  // sum, average and max of every input
  bool vectors = false;            // a fold was given packs made of vector registers
  bool arrays = false;             // a fold was given packs made of plain arrays
  bool openmp = false;
};

variant_result packs();
variant_result lanes();
variant_result packs_openmp();
variant_result lanes_openmp();
variant_result nvcc_unit();
