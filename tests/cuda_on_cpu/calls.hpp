// What a program asked the runtime for: tests compare two of these.
#pragma once

#include <cstdint>

#include "machine.hpp"

namespace cuda_on_cpu {

struct calls {
  std::uint64_t launches = 0, allocations = 0, frees = 0, stream_allocations = 0, copies = 0, synchronisations = 0;
  bool operator==(const calls&) const = default;
};
calls& made_calls();

}  // namespace cuda_on_cpu
