// Where memory lives is part of a view's type, so that a host view given to a GPU backend does not compile.
#pragma once

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Memory that the CPU reads.
struct host_space {
  static constexpr const char* name = "host";
};
/// Memory that a CUDA device reads.
struct device_space {
  static constexpr const char* name = "device";
};

}  // namespace cnnpool
