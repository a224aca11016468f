// expect: cnnpool/backend/thrust/thrust.hpp: <thrust/for_each.h> is missing; install Thrust (CUDA toolkit, or Debian: libthrust-dev)
// flags: -nostdinc
// needs: thrust/for_each.h
#ifdef CNNPOOL_GOOD
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_CPP
#endif
#include <cnnpool/backend/thrust/thrust.hpp>
