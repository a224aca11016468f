// Random numbers that depend on a seed and a text alone: those of a class or a photo stay the same whatever else is
// there. Not the standard's distributions, which differ by library.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace dataset {

class keyed_random {
 public:
  keyed_random(std::uint64_t seed, const std::string& key) {
    std::vector<std::uint32_t> words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
    for (const char c : key) words.push_back(static_cast<unsigned char>(c));
    std::seed_seq all(words.begin(), words.end());
    engine_.seed(all);
  }
  /// In [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  double uniform(double from, double to) { return from + (to - from) * uniform(); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }
  template <class T>
  void shuffle(std::vector<T>& v) {
    for (std::size_t i = v.size(); i > 1; --i) std::swap(v[i - 1], v[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace dataset
