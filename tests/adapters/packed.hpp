// Data packed by hand, for layouts whose frameworks cannot be installed: what `place` says of every element, garbage in
// between.
#pragma once

#include <cmath>
#include <vector>

#include "adapters/same_elements.hpp"
#include "errors.hpp"

namespace testing {

using cnnpool::index_t;

inline float number(index_t n, index_t c, index_t h, index_t w) {
  return static_cast<float>(((n * 50 + c) * 40 + h) * 30 + w);
}
/// place(n, c, h, w): the position in a buffer of `size` floats.
template <class Place>
std::vector<float> packed(const cnnpool::shape& s, index_t size, const Place& place) {
  std::vector<float> v(static_cast<std::size_t>(size), std::nanf(""));
  for (index_t n = 0; n < s.n; ++n)
    for (index_t c = 0; c < s.c; ++c)
      for (index_t h = 0; h < s.h; ++h)
        for (index_t w = 0; w < s.w; ++w) {
          float& to = v.at(static_cast<std::size_t>(place(n, c, h, w)));
          REQUIRE(std::isnan(to));
          to = number(n, c, h, w);
        }
  return v;
}
inline index_t blocks(index_t extent, index_t size) { return (extent + size - 1) / size; }

}  // namespace testing
