// expect: cnnpool/adapters/thrust.hpp: <thrust/device_ptr.h> is missing; install Thrust (CUDA toolkit, or Debian: libthrust-dev)
// flags: -nostdinc -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP
// needs: thrust/device_ptr.h
#ifdef CNNPOOL_GOOD
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_CPP
#endif
#include <cnnpool/adapters/thrust.hpp>
