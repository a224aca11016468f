// Every unit of the program computes the same, whether its kernels are the library's or its own.
#include <cmath>
#include <cstdio>
#include <vector>

#define UNITS X(headers) X(unoptimised) X(optimised) X(fast) X(native) X(no_simd) X(no_exceptions)
#define X(unit) std::vector<double> unit();
UNITS
#undef X

int main() {
  const std::vector<double> expected = headers();
  int wrong = 0;
  const auto compare = [&](const char* name, const std::vector<double>& all) {
    bool same = all.size() == expected.size() && !all.empty();
    for (std::size_t i = 0; same && i < all.size(); ++i)
      same = std::fabs(all[i] - expected[i]) <= 4e-6 * (1 + std::fabs(expected[i]));
    std::printf("%s: %s\n", name, same ? "the same numbers" : "WRONG");
    wrong += !same;
  };
#define X(unit) compare(#unit, unit());
  UNITS
  return wrong;
}
