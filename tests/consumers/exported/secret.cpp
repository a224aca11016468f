#include <cnnpool/cnnpool.hpp>

float largest(const float* four) {
  return cnnpool::pool(cnnpool::feature_view<float>(four, {.h = 2, .w = 2}, cnnpool::nchw), cnnpool::max())(0, 0);
}
