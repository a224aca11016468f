// Random numbers without a state: what is drawn depends on a seed and on what it is drawn for (a text, some numbers)
// alone, whatever else is drawn before. A run that was interrupted goes on with the numbers that it would have drawn.
// The distributions are written out, because those of the standard library differ between compilers.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

class random_source {
 public:
  random_source(std::uint64_t seed, std::initializer_list<std::uint64_t> what) {
    std::uint64_t mixed = mix(seed);
    for (const std::uint64_t number : what) mixed = mix(mixed) + number;
    engine_.seed(mix(mixed));
  }
  random_source(std::uint64_t seed, const std::string& what) {
    std::uint64_t mixed = mix(seed);
    for (const char c : what) mixed = mix(mixed) + static_cast<unsigned char>(c);
    engine_.seed(mix(mixed));
  }

  std::uint64_t bits() { return engine_(); }
  /// From 0 to 1, without 1.
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  double between(double least, double most) { return least + (most - least) * unit(); }
  /// From 0 to count - 1.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(unit() * static_cast<double>(count)); }

  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  /// SplitMix64's finaliser: neighbouring numbers give unrelated ones.
  static std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }
  std::mt19937_64 engine_;
};
