// expect: cnnpool/adapters/eigen_tensor.hpp: <unsupported/Eigen/CXX11/Tensor> is missing; install Eigen (Debian: libeigen3-dev, -isystem /usr/include/eigen3)
// flags: -nostdinc
// needs: unsupported/Eigen/CXX11/Tensor
#include <cnnpool/adapters/eigen_tensor.hpp>
