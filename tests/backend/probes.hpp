// What shows how a backend reads: a function that counts the elements it is applied to, a policy that is one product.
#pragma once

#include <cnnpool/cnnpool.hpp>

#include <vector>

#include "../random.hpp"

namespace testing {

/// Reads are counted by the function that is applied to every element while it is read.
struct count_reads {
  long* reads;
  template <class V>
  V operator()(const V& x) const {
    ++*reads;
    return x;
  }
};

/// Activations for which no policy leaves the range of a float.
inline std::vector<float> counted_activations(const cnnpool::shape& s) {
  random_numbers r;
  std::vector<float> values(static_cast<std::size_t>(checked_size(s, "counted_activations")));
  for (float& v : values) v = static_cast<float>(r.uniform(0, 3));
  return values;
}

/// out(n, j*positions + p) = SUM_c weights(j, c) x(n, c, p).
struct products {
  cnnpool::kernel::matrix<const float> weights;
  cnnpool::index_t descriptor_size(const cnnpool::shape& s) const { return weights.rows * s.positions(); }
  template <class B, class X, class A>
  void pool(const B& b, cnnpool::kernel::scratch& s, const X& x, const cnnpool::kernel::matrix<A>& out) const {
    b.contract(s, x, cnnpool::kernel::over_channels{}, weights, out);
  }
};

}  // namespace testing
