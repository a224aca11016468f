// A user's program on Thrust.
#include <cnnpool/backend/thrust/thrust.hpp>
#include <cnnpool/cnnpool.hpp>

#include <cstdio>

int main() {
  const float values[] = {1, 2, 3, 5};
  const cnnpool::feature_view<float> x(values, {.c = 2, .h = 1, .w = 2}, cnnpool::nchw);
  const auto d = cnnpool::pool(cnnpool::thrust_backend{}, x, cnnpool::max());
  std::printf("max: %g %g\n", static_cast<double>(d(0, 0)), static_cast<double>(d(0, 1)));
  return d(0, 0) == 2 && d(0, 1) == 5 ? 0 : 1;
}
