// The results of a fold that yields several statistics at once, and access to the V's that a state is made of.
#pragma once

#include "math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// K values of type V: what finish returns when one pass gives K statistics.
template <class V, int K>
struct values {
  V v[array_size(K)];
};
template <class V>
struct values<V, 0> {};

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
template <class R>
inline constexpr int value_count = 1;
template <class V, int K>
inline constexpr int value_count<values<V, K>> = K;

template <class V>
CNNPOOL_HD const V& value(const V& r, int) {
  return r;
}
template <class V, int K>
CNNPOOL_HD const V& value(const values<V, K>& r, int k) {
  return r.v[k];
}

/// A state is V, or a struct of nothing but V's (nested structs included): components<V, S> of them.
template <class V, class S>
inline constexpr int components = static_cast<int>(sizeof(S) / sizeof(V));
template <class V, class S>
CNNPOOL_HD V& component(S& s, int k) {
  return reinterpret_cast<V*>(&s)[k];
}
template <class V, class S>
CNNPOOL_HD const V& component(const S& s, int k) {
  return reinterpret_cast<const V*>(&s)[k];
}
}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
using namespace kernel;
}  // namespace cnnpool::detail
