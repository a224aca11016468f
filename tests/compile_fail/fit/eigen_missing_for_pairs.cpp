// expect: cnnpool/fit/learned_whitening.hpp: <Eigen/Core> is missing; install Eigen (Debian: libeigen3-dev, -I /usr/include/eigen3)
// flags: -nostdinc
// needs: Eigen/Core
#include <cnnpool/fit/learned_whitening.hpp>
