// expect: cnnpool/fit/training_rows.hpp: <Eigen/Core> is missing; install Eigen (Debian: libeigen3-dev, -isystem /usr/include/eigen3)
// flags: -nostdinc
// needs: Eigen/Core
#include <cnnpool/fit/learned_whitening.hpp>
