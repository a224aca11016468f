// expect: cnnpool: choose Thrust's system for the whole program
// needs: thrust/version.h
// The Thrust backend where nobody chose a device system.
#ifdef CNNPOOL_GOOD
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_CPP
#endif
#include <cnnpool/backend/thrust/thrust.hpp>
