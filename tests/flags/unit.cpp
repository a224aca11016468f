// GeM with p = 2.7 of a map of fives, and a misuse. UNIT names the functions; the compile flags make the difference.
#include <cnnpool/backend/cpu/cpu.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/pool.hpp>
#include <cnnpool/post/l2.hpp>

#define JOIN(a, b) a##b
#define NAME(unit, what) JOIN(unit, what)

double NAME(UNIT, _gem)();
void NAME(UNIT, _misuse)();

double NAME(UNIT, _gem)() {
  float values[300];
  for (float& v : values) v = 5;
  const float p[] = {2.7f, 2.7f, 2.7f};
  double sum = 0;
  for (const bool channels_last : {false, true})
    for (const auto level : {cnnpool::instruction_set::baseline, cnnpool::instruction_set::avx512}) {
      const cnnpool::shape s{.c = 3, .h = 10, .w = 10};
      const cnnpool::feature_view<float> x(values, s, channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s));
      sum += static_cast<double>(
          cnnpool::pool(cnnpool::cpu{.threads = 1, .target = level}, x, cnnpool::gem_per_channel{p})(0, 1));
    }
  return sum / 4;
}

void NAME(UNIT, _misuse)() { cnnpool::feature_view<float>(nullptr, {.c = 3}, cnnpool::nchw); }
