// The slice by the reference backend, compiled as everybody compiles, against the slice of other flags in this program.
#include <cmath>
#include <cstdio>
#include <map>

#include "slice.hpp"

std::vector<slice_result> reference_slice();
std::vector<slice_result> SLICE();

int main() {
  const std::vector<slice_result> expected = reference_slice(), results = SLICE();
  std::map<std::string, const slice_result*> by_name;
  for (const slice_result& e : expected) by_name[e.what] = &e;
  int wrong = results.empty() ? 1 : 0;
  for (const slice_result& r : results) {
    if (by_name.count(r.what) == 0) {
      std::printf("the reference has no %s\n", r.what.c_str());
      ++wrong;
      continue;
    }
    const slice_result& e = *by_name[r.what];
    double largest = 0, worst = r.values.size() == e.values.size() ? 0 : 1;
    for (const double v : e.values) largest = std::fmax(largest, std::fabs(v));
    for (std::size_t i = 0; i < e.values.size() && i < r.values.size(); ++i) {
      const double off = std::fabs(r.values[i] - e.values[i]) / largest;
      if (!(off <= worst)) worst = off;  // a NaN stays
    }
    if (worst <= r.tolerance) continue;
    if (++wrong <= 20)
      std::printf("%s, %s: %.3g off, allowed are %.3g\n", r.what.c_str(), r.backend.c_str(), worst, r.tolerance);
  }
  std::printf("%zu descriptors, %d wrong\n", results.size(), wrong);
  return wrong == 0 ? 0 : 1;
}
