// Arithmetic of float and double, rounded to nearest as the CPU does it; what is approximate on a GPU is exact here.
#include <cmath>

#include "operations.hpp"

namespace cuda_on_cpu {
namespace {

template <class T>
T flushed(T v) {
  return std::fpclassify(v) == FP_SUBNORMAL ? std::copysign(T{0}, v) : v;
}

/// a b + c rounded down: the product of two floats is exact in double, and so is the error of the sum.
float fma_down(float a, float b, float c) {
  const double x = a, y = b, z = c, p = x * y, s = p + z, t = s - p, error = (p - (s - t)) + (z - t);
  const auto f = static_cast<float>(s);
  const double nearest = f;
  return nearest > s || (nearest == s && error < 0) ? std::nextafterf(f, -INFINITY) : f;
}

template <class T>
void arithmetic(operations& all, const std::string& type) {
  all["add." + type] = lanewise([](T a, T b) { return a + b; });
  all["sub." + type] = lanewise([](T a, T b) { return a - b; });
  all["mul." + type] = lanewise([](T a, T b) { return a * b; });
  all["fma." + type] = lanewise([](T a, T b, T c) { return std::fma(a, b, c); });
  all["div." + type] = lanewise([](T a, T b) { return a / b; });
  all["rcp." + type] = lanewise([](T a) { return 1 / a; });
  all["sqrt." + type] = lanewise([](T a) { return std::sqrt(a); });
  all["neg." + type] = lanewise([](T a) { return -a; });
  all["abs." + type] = lanewise([](T a) { return std::fabs(a); });
  all["min." + type] = lanewise([](T a, T b) { return std::fmin(a, b); });
  all["max." + type] = lanewise([](T a, T b) { return std::fmax(a, b); });
  all["copysign." + type] = lanewise([](T sign, T size) { return std::copysign(size, sign); });
  all["lg2." + type] = lanewise([](T a) { return std::log2(a); });
  all["ex2." + type] = lanewise([](T a) { return std::exp2(a); });
  all["rsqrt." + type] = lanewise([](T a) { return 1 / std::sqrt(a); });
  all["lg2.ftz." + type] = lanewise([](T a) { return std::log2(flushed(a)); });
  all["ex2.ftz." + type] = lanewise([](T a) { return flushed(std::exp2(flushed(a))); });
  all["rcp.ftz." + type] = lanewise([](T a) { return flushed(1 / flushed(a)); });
}

template <class T>
void comparisons(operations& all, const std::string& type) {
  const auto add = [&](const char* how, auto ordered) {
    using compare = decltype(ordered);
    all[std::string("setp.") + how + "." + type] =
        lanewise([](T a, T b) { return compare{}(a, b) && a == a && b == b; });
    all[std::string("setp.") + how + "u." + type] =
        lanewise([](T a, T b) { return compare{}(a, b) || a != a || b != b; });
  };
  add("eq", [](T a, T b) { return a == b; });
  add("ne", [](T a, T b) { return a != b; });
  add("lt", [](T a, T b) { return a < b; });
  add("le", [](T a, T b) { return a <= b; });
  add("gt", [](T a, T b) { return a > b; });
  add("ge", [](T a, T b) { return a >= b; });
  all["setp.num." + type] = lanewise([](T a, T b) { return a == a && b == b; });
  all["setp.nan." + type] = lanewise([](T a, T b) { return a != a || b != b; });
}

}  // namespace

void add_floating(operations& all) {
  arithmetic<float>(all, "f32");
  arithmetic<double>(all, "f64");
  comparisons<float>(all, "f32");
  comparisons<double>(all, "f64");
  all["fma.rm.f32"] = lanewise([](float a, float b, float c) { return fma_down(a, b, c); });
}

}  // namespace cuda_on_cpu
