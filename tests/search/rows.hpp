// Rows to search among, and whether two searches found the same.
#pragma once

#include <cnnpool/search/neighbours.hpp>

#include <algorithm>
#include <cstdint>

#include "random.hpp"

namespace testing {

inline bool same(const cnnpool::neighbours& a, const cnnpool::neighbours& b) {
  bool equal = a.size() == b.size() && a.k() == b.k();
  for (std::size_t q = 0; equal && q < a.size(); ++q)
    equal = std::ranges::equal(a.ids(q), b.ids(q)) && std::ranges::equal(a.scores(q), b.scores(q));
  return equal;
}
inline cnnpool::descriptors<float> random_rows(cnnpool::index_t n, cnnpool::index_t d) {
  random_numbers random(static_cast<std::uint64_t>(n));
  cnnpool::descriptors<float> x(n, d);
  // Few values, so that rows tie, and rows of very different lengths.
  for (cnnpool::index_t i = 0; i < n; ++i) {
    const float length = i % 5 == 0 ? 1e-18f : i % 7 == 0 ? 1e15f : 1.f;
    for (float& v : x.row(i)) v = length * static_cast<float>(random.between(-3, 3));
  }
  return x;
}

}  // namespace testing
