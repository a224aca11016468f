// The slice by the reference backend, compiled as everybody compiles, against the slice of other flags in this program.
#include <cmath>
#include <cstdio>

#include "slice.hpp"

std::vector<slice_result> reference_slice();
std::vector<slice_result> SLICE();

int main() {
  const std::vector<slice_result> expected = reference_slice(), results = SLICE();
  if (expected.size() != results.size() || results.empty()) {
    std::printf("%zu results, the reference has %zu\n", results.size(), expected.size());
    return 1;
  }
  int wrong = 0;
  for (std::size_t k = 0; k < results.size(); ++k) {
    const slice_result &r = results[k], &e = expected[k];
    double largest = 0, worst = r.values.size() == e.values.size() ? 0 : 1;
    for (const double v : e.values) largest = std::fmax(largest, std::fabs(v));
    for (std::size_t i = 0; i < e.values.size() && i < r.values.size(); ++i) {
      const double off = std::fabs(r.values[i] - e.values[i]) / largest;
      if (!(off <= worst)) worst = off;  // a NaN stays
    }
    if (worst <= r.tolerance) continue;
    if (++wrong <= 20) std::printf("%s: %.3g off, allowed are %.3g\n", r.what.c_str(), worst, r.tolerance);
  }
  std::printf("%zu descriptors, %d wrong\n", results.size(), wrong);
  return wrong == 0 ? 0 : 1;
}
