// Several compilations of unit.cpp in one program: UNITS is a list of X(name). Each gives its own right result, and
// what one raises another catches.
#include <cnnpool/core/error.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>

#define X(name) \
  double name##_gem(); \
  void name##_misuse();
UNITS
#undef X

namespace {
bool is_right(const char* name, double gem, void (*misuse)()) {
  const bool right = std::fabs(gem - 5) < 1e-5;
  bool caught = std::strcmp(name, "no_exceptions") == 0;
  try {
    if (!caught) misuse();
  } catch (const cnnpool::error& e) {
    caught = std::strcmp(e.what(), "feature_view: data is a null pointer for a shape of 1 x 3 x 1 x 1") == 0;
  }
  std::printf("%-14s GeM 2.7 of fives: %.7g%s\n", name, gem, caught ? "" : ", its error was not caught");
  return right && caught;
}
}  // namespace

int main() {
  bool right = true;
#define X(name) right = is_right(#name, name##_gem(), name##_misuse) && right;
  UNITS
  return right ? 0 : 1;
}
