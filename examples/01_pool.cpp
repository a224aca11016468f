// Activations in, a descriptor out: the same numbers from two memory layouts.
//
//   g++ -std=c++20 -O2 -I include examples/01_pool.cpp && ./a.out
#include <cstdio>

#include <cnnpool/cnnpool.hpp>

#include "standard_output.hpp"

template <class Descriptors>
void print(const char* what, const Descriptors& d) {
  std::printf("%-8s", what);
  for (const float component : d.row(0)) std::printf(" %6.2f", static_cast<double>(component));
  std::printf("\n");
}

int main() {
  // A map of 3 channels, 2 rows and 4 columns. The view only points to it.
  const float planes[] = {0, 1, 2, 3, 4, 5, 6, 7,   //
                          0, 0, 0, 8, 0, 0, 0, 0,   //
                          1, 1, 1, 1, 1, 1, 1, 1};  //
  const cnnpool::feature_view<float> x(planes, {.c = 3, .h = 2, .w = 4}, cnnpool::nchw);

  const cnnpool::descriptors<float> sums = cnnpool::pool(x, cnnpool::sum{});
  print("sum", sums);
  print("average", cnnpool::pool(x, cnnpool::average{}));
  print("max", cnnpool::pool(x, cnnpool::max()));
  print("gem", cnnpool::pool(x, cnnpool::gem_p<3>{}));

  // The same map as TensorFlow lays it out, channels innermost: only the layout's name changes.
  float pixels[24];
  for (int c = 0; c < 3; ++c)
    for (int i = 0; i < 8; ++i) pixels[i * 3 + c] = planes[c * 8 + i];
  const cnnpool::feature_view<float> y(pixels, {.c = 3, .h = 2, .w = 4}, cnnpool::nhwc);
  print("sum", cnnpool::pool(y, cnnpool::sum{}));
  return printed();
}

// prints:
// sum       28.00   8.00   8.00
// average    3.50   1.00   1.00
// max        7.00   8.00   1.00
// gem        4.61   4.00   1.00
// sum       28.00   8.00   8.00
