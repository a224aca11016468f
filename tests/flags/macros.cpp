// Macros that other libraries define before ours: Windows' min, max and small, Arduino's abs, Apple's check,
// Qt's slots. The standard library and Eigen do not stand them, so their headers come first.
#include <bits/stdc++.h>
#if __has_include(<Eigen/Dense>)
#include <Eigen/Dense>
#endif

#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define small char
#define near
#define far
#define abs(x) ((x) > 0 ? (x) : -(x))
#define check(x) \
  do {           \
  } while (0)
#define signals public
#define slots
#define emit

#if __has_include(<Eigen/Dense>)
#include <cnnpool/all.hpp>
#include <cnnpool/fit.hpp>
#else
#include <cnnpool/cnnpool.hpp>
#endif

int used(const float* values);
int used(const float* values) {
  const cnnpool::feature_view<float> x(values, {.c = 3, .h = 4, .w = 5}, cnnpool::nchw);
  const auto d = cnnpool::pool(x, cnnpool::concat((cnnpool::max)(), cnnpool::gem{} | cnnpool::power{} | cnnpool::l2{}));
  return d.values().size() == 6 && cnnpool::pool(x, cnnpool::crow{} | cnnpool::truncation{2}).values().size() == 2;
}
