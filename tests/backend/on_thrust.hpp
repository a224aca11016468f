// Thrust on the system that THRUST_DEVICE_SYSTEM chooses.
#pragma once

#include <cnnpool/backend/thrust/thrust.hpp>

#include <vector>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include "on_device.hpp"
#endif

namespace testing {
inline std::vector<cnnpool::thrust_backend> backends() { return {cnnpool::thrust_backend{}}; }
}  // namespace testing
