// One launch of a kernel: its blocks one after the other, the warps of a block in turns from barrier to barrier.
#pragma once

#include <string>
#include <vector>

#include "machine.hpp"

namespace cuda_on_cpu {

struct kernel_launch {
  const code* kernel;
  std::string name;  // for sentences
  unsigned blocks, threads;
  std::size_t shared_bytes;
  std::vector<unsigned char> parameters;
};

/// CUDA_ON_CPU_ORDER=backwards runs the last thread of a block first.
void execute(const kernel_launch&);

}  // namespace cuda_on_cpu
