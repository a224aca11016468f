// Sums over two rows of components, in double: what every score is made of.
//
// Eight partial sums in one fixed order, however wide a register is: the same bits on every instruction set, and equal
// rows give equal sums. NaN and infinities propagate as arithmetic says; empty rows give 0.
#pragma once

#include <cmath>
#include <span>

#include "../backend/cpu/load.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

// Terms are rounded before they are added, with or without a fused instruction.
struct multiply_terms {
  template <class V>
  CNNPOOL_INLINE V operator()(const V& a, const V& b) const {
    return rounded_product(a, b);
  }
};
struct square_difference {
  template <class V>
  CNNPOOL_INLINE V operator()(const V& a, const V& b) const {
    const V d = a - b;
    return rounded_product(d, d);
  }
};

template <class Target, class A, class B, class Term>
CNNPOOL_INLINE double sum_of_terms_at(const A* a, const B* b, index_t count, const Term& term) {
  constexpr int lanes_ = 8, N = target_width<Target, double, 4>, packs = lanes_ / N;
  using V = pack<double, N>;
  V sums[array_size(packs)];
  CNNPOOL_UNROLL(8)
  for (int k = 0; k < packs; ++k) sums[k] = V(0.0);
  index_t i = 0;
  for (; i + lanes_ <= count; i += lanes_)
    CNNPOOL_UNROLL(8)
    for (int k = 0; k < packs; ++k)
      sums[k] = sums[k] + term(widened<Target, V>(a + i + k * N), widened<Target, V>(b + i + k * N));
  double partial[array_size(lanes_)];
  CNNPOOL_UNROLL(8)
  for (int k = 0; k < packs; ++k) stored(sums[k], partial + k * N);
  for (int j = 0; i < count; ++i, ++j) partial[j] += term(static_cast<double>(a[i]), static_cast<double>(b[i]));
  for (int half = lanes_ / 2; half > 0; half /= 2)
    for (int j = 0; j < half; ++j) partial[j] += partial[j + half];
  return partial[0];
}

template <class A, class B, class Term>
struct terms_of {
  static constexpr bool up_to_avx2 = true;

  const A* a;
  const B* b;
  index_t count;
  const Term& term;
  double& sum;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    sum = sum_of_terms_at<Target>(a, b, count, term);
  }
};

/// SUM term(a_i, b_i) over the components of a.
template <class A, class B, class Term>
double sum_of_terms(std::span<A> a, std::span<B> b, const Term& term) {
  double sum = 0;
  const index_t n = static_cast<index_t>(a.size());
  dispatch_to(best_instruction_set(), terms_of<A, B, Term>{a.data(), b.data(), n, term, sum});
  return sum;
}

template <class A>
double norm_of(std::span<A> a) {
  return std::sqrt(sum_of_terms(a, a, multiply_terms{}));
}

}  // namespace cnnpool::detail
