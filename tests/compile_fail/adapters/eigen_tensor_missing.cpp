// expect: cnnpool/adapters/eigen_tensor.hpp: <unsupported/Eigen/CXX11/Tensor> is missing; install Eigen (Debian: libeigen3-dev)
// flags: -nostdinc
// needs: unsupported/Eigen/CXX11/Tensor
#include <cnnpool/adapters/eigen_tensor.hpp>
