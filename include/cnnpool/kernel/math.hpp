// The functions that a policy may call on its value type V: a float, a double, or a pack of them. A user's policy
// writes cnnpool::kernel::maximum, cnnpool::kernel::exp, ... A header that is included before packs are declared says
// `using kernel::maximum;` and calls maximum(s, x), as one does with std::swap. Written without the standard library
// because std::max, numeric_limits and the like cannot be called in device code without flags.
//
// NaN: maximum and minimum propagate a NaN of the argument named x. select picks lane by lane.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>

#include "../core/bytes.hpp"
#include "../core/shape.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// What one lane of V is: float or double.
template <class V>
struct lane_of {
  using type = V;
};
template <class V>
using lane_t = typename lane_of<V>::type;

template <class V>
concept scalar_lane = std::same_as<V, float> || std::same_as<V, double>;

/// Constants of a lane type, usable on a GPU.
template <class L>
struct limits {
  static constexpr L infinity = std::numeric_limits<L>::infinity();
  static constexpr L smallest = static_cast<L>(sizeof(L) == 4 ? 1.17549435e-38 : 2.2250738585072014e-308);
  static constexpr L largest = static_cast<L>(sizeof(L) == 4 ? 3.4028234663852886e38 : 1.7976931348623157e308);
  /// Where a search for the smallest starts; its negative is where one for the largest starts. Not infinity if the
  /// compiler may assume that there is none.
  static constexpr L above_all = CNNPOOL_FINITE_MATH ? largest : infinity;
  /// A sum beyond this may have overflowed. Not the largest itself: if the compiler may assume that there is no
  /// infinity, it removes that comparison.
  static constexpr L overflow = largest / 2;
};

template <scalar_lane V>
CNNPOOL_HD V select(bool mask, V a, V b) {
  return mask ? a : b;
}
/// True if the mask holds in every lane.
CNNPOOL_HD bool all(bool mask) { return mask; }
template <scalar_lane V>
CNNPOOL_HD V absolute(V x) {
  return x < V(0) ? -x : (x == V(0) ? V(0) : x);
}
template <scalar_lane V>
CNNPOOL_HD V sqrt(V x) {
  return std::sqrt(x);
}
template <scalar_lane V>
CNNPOOL_HD V cbrt(V x) {
  return std::cbrt(x);
}
template <scalar_lane V>
CNNPOOL_HD V exp(V x) {
  return std::exp(x);
}
/// exp for a term of a sum whose largest term is 1: x <= 0, absolute error below 2^-24, never below 2^-126 on float
/// packs; NaN stays.
template <scalar_lane V>
CNNPOOL_HD V exp_of_negative(V x) {
  return std::exp(x);
}
template <scalar_lane V>
CNNPOOL_HD V log(V x) {
  return std::log(x);
}

/// The larger of m and x; a NaN x wins, a NaN m is forgotten.
template <class V>
CNNPOOL_HD V maximum(const V& m, const V& x) {
  return select(m > x, m, x);
}
template <class V>
CNNPOOL_HD V minimum(const V& m, const V& x) {
  return select(m < x, m, x);
}
/// r, but NaN where x is NaN: one comparison and one OR on packs, cheaper than a selection.
template <scalar_lane V>
CNNPOOL_HD V keep_nan(V r, V x) {
  return x != x ? x : r;
}
/// The larger of s and x, but NaN where either is; of -0 and +0, either. The maximum is one instruction on x86, which
/// keeps a NaN s and ignores a NaN x; keep_nan adds the latter.
template <class V>
CNNPOOL_HD V maximum_or_nan(const V& s, const V& x) {
  return keep_nan(maximum(x, s), x);
}
}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
/// Whether packs have an instruction that does all of it.
inline constexpr bool maximum_or_nan_is_one_instruction = CNNPOOL_HAS_NEON;
}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

/// A number that is known at run time as a V: converted to a lane once, then put in every lane. GCC would convert V(n)
/// lane by lane, after the broadcast. Literals are V(0), V(1).
template <class V, class N>
CNNPOOL_HD V in_every_lane(N number) {
  lane_t<V> x = static_cast<lane_t<V>>(number);
#if CNNPOOL_HAS_X86_ASM
  if (!__builtin_constant_p(x)) asm("" : "+x"(x));
#endif
  return V(x);
}

/// x, computed and rounded before it is used: no compiler fuses or reorders across it, -ffast-math included.
/// in_order(x) is for formulas that tolerate a fused operation, but no reordering.
template <scalar_lane V>
CNNPOOL_HD V fenced(V x) {
#if defined(CNNPOOL_FENCE)
  return CNNPOOL_FENCE(x);
#else
#if CNNPOOL_HAS_X86_ASM
  asm("" : "+x"(x));
#elif CNNPOOL_HAS_NEON
  asm("" : "+w"(x));
#endif
  return x;
#endif
}
template <class V>
CNNPOOL_HD V in_order(const V& x) {
#if defined(__clang__) || defined(__ASSOCIATIVE_MATH__)  // clang's fence is none where it may not reorder
  return fenced(x);
#else
  return x;
#endif
}
/// a * b, rounded before anything is added to it, so that the result is the same on every instruction set.
template <class V>
CNNPOOL_HD V rounded_product(const V& a, const V& b) {
  return fenced(a * b);
}

/// log(1 + x) for x > -1, some units in the last place exact however small x is: what 1 + x lost is added back.
template <class V>
CNNPOOL_HD V log1p(const V& x) {
  const V one(lane_t<V>(1)), sum = fenced(one + x), lost = fenced(x - fenced(sum - one));
  return log(sum) + select(x < one, lost / sum, V(lane_t<V>(0)));
}

/// x / y for |x| <= |y| at the ends of the range: -ffast-math multiplies by the reciprocal of a loop-invariant y,
/// and the reciprocal of a float beyond 2^126 is flushed to zero.
template <scalar_lane L>
CNNPOOL_HD double part_of(L x, L y) {
  if constexpr (sizeof(L) == 4) {
    return fenced(static_cast<double>(x) / static_cast<double>(y));  // or the caller's conversion makes it float's
  } else {
    const L scale = y > L(1) || y < L(-1) ? L(0x1p-512) : L(0x1p512);
    return fenced(x * scale) / fenced(y * scale);
  }
}

/// An exponent p for pow(x, p), split so that the upper part times the binary exponent of any float is exact.
template <class L>
struct exponent {
  L high = 1, low = 0;
  exponent() = default;
  CNNPOOL_HD explicit exponent(double p) : high(static_cast<L>(p)) {
    if constexpr (sizeof(L) == 4) {
      unsigned bits;
      copy_bytes(&bits, &high, sizeof bits);
      bits &= 0xfffff000u;  // 12 significant bits
      copy_bytes(&high, &bits, sizeof bits);
    }
    low = static_cast<L>(p - static_cast<double>(high));
  }
  CNNPOOL_HD void set(int, double p) { *this = exponent(p); }
  CNNPOOL_HD double value() const { return static_cast<double>(high) + static_cast<double>(low); }
};

/// x^p for x >= 0; NaN stays NaN, 0 gives 0, inf gives inf (p > 0). Float packs: relative error below 1e-6.
template <scalar_lane V>
CNNPOOL_HD V pow(V x, const exponent<V>& p) {
  return static_cast<V>(std::pow(static_cast<double>(x), p.value()));
}

/// The same for x that is 0 or normal, without the care for others; 0 gives a number below 2^(-126 p).
template <scalar_lane V>
CNNPOOL_HD V pow_of_normal(V x, const exponent<V>& p) {
  return pow(x, p);
}

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
using namespace kernel;
}  // namespace cnnpool::detail
