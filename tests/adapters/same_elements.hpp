// Every logical element of a view against the framework's own accessor.
#pragma once

#include <cnnpool/pooling.hpp>

#include "catch.hpp"

template <class T, class At>
void same_elements(const cnnpool::feature_view<T>& x, const cnnpool::shape& expected, const At& at) {
  REQUIRE(x.extents() == expected);
  for (cnnpool::index n = 0; n < expected.n; ++n)
    for (cnnpool::index c = 0; c < expected.c; ++c)
      for (cnnpool::index h = 0; h < expected.h; ++h)
        for (cnnpool::index w = 0; w < expected.w; ++w) {
          const T& here = x(n, c, h, w);
          const auto& there = at(n, c, h, w);
          if (&here != &there) {
            CAPTURE(n, c, h, w);
            REQUIRE(&here == &there);  // the same memory: no copy
          }
        }
}
