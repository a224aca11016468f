// Random test data: the same on every machine, the seed printed once and settable by CNNPOOL_TEST_SEED.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace testing {

inline std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* text = std::getenv("CNNPOOL_TEST_SEED");
    const std::uint64_t s = text != nullptr ? std::strtoull(text, nullptr, 0) : 20160725;
    std::printf("CNNPOOL_TEST_SEED=%llu\n", static_cast<unsigned long long>(s));
    return s;
  }();
  return value;
}

/// splitmix64; std::uniform_real_distribution differs between standard libraries.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t stream = 0) : state_(seed() * 0x9e3779b97f4a7c15u + stream) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// low <= n <= high
  int between(int low, int high) { return low + static_cast<int>(bits() % static_cast<std::uint64_t>(high - low + 1)); }
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + unit() * (high - low); }

 private:
  std::uint64_t state_;
};

}  // namespace testing
