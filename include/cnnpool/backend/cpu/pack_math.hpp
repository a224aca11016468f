// exp, log, pow and sqrt on packs. Float lanes: polynomials, so that the root of GeM or the logarithm of CroW does not
// cost more than reading a 7x7 map; relative error below 4 units in the last place (exp, log) and 1e-6 (pow).
// Double lanes: the C library, lane by lane.
#pragma once

#include <cmath>

#include "pack.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class L, int N, class F>
CNNPOOL_HD pack<L, N> by_lane(const pack<L, N>& x, const F& f) {
  pack<L, N> r;
  CNNPOOL_UNROLL(16)
  for (int i = 0; i < N; ++i) r.set(i, f(x[i]));
  return r;
}
struct libm_exp {
  template <class L>
  CNNPOOL_HD L operator()(L x) const { return std::exp(x); }
};
struct libm_log {
  template <class L>
  CNNPOOL_HD L operator()(L x) const { return std::log(x); }
};
struct libm_cbrt {
  template <class L>
  CNNPOOL_HD L operator()(L x) const { return std::cbrt(x); }
};
struct libm_sqrt {
  template <class L>
  CNNPOOL_HD L operator()(L x) const { return std::sqrt(x); }
};
#if CNNPOOL_HAS_PACKS
template <int N>
using floats = pack<float, N>;
template <int N>
using int_vector = typename vector_of<std::int32_t, N>::type;
template <int N>
using float_vector = typename vector_of<float, N>::type;

/// The integer nearest to x, |x| < 2^22, as an integer (in a struct: no function takes a raw vector) and as a float.
/// The last step is one of integers, which no compiler reorders.
template <int N>
struct whole_number {
  int_vector<N> whole;
  floats<N> as_float;
  CNNPOOL_INLINE explicit whole_number(const floats<N>& x) {
    const floats<N> magic(12582912.f), shifted = in_order(x) + magic;  // 1.5 * 2^23
    whole = reinterpret_cast<int_vector<N>>(shifted.v) - 0x4b400000;
    convert_lanes(as_float.v, whole);
  }
};

/// x * 2^k for k in -252 .. 252, correct into the subnormals.
template <int N>
CNNPOOL_INLINE floats<N> scaled(const floats<N>& x, const whole_number<N>& k) {
  const int_vector<N> half = k.whole >> 1;
  floats<N> first, second;
  first.v = reinterpret_cast<float_vector<N>>((half + 127) << 23);
  second.v = reinterpret_cast<float_vector<N>>((k.whole - half + 127) << 23);
  return in_order(x * first) * second;
}

/// x = 2^e * m with m in [sqrt(1/2), sqrt(2)), for normal x > 0.
template <int N>
CNNPOOL_INLINE void split_normal(const floats<N>& x, floats<N>& e, floats<N>& m) {
  const int_vector<N> bits = reinterpret_cast<int_vector<N>>(x.v), shift = (bits - 0x3f3504f3) >> 23;
  m.v = reinterpret_cast<float_vector<N>>(bits - (shift << 23));
  convert_lanes(e.v, shift);
}
/// The same for subnormal x too.
template <int N>
CNNPOOL_INLINE void split(const floats<N>& x, floats<N>& e, floats<N>& m) {
  const auto tiny = x < floats<N>(1.17549435e-38f);
  split_normal<N>(select(tiny, x * floats<N>(8388608.f), x), e, m);
  e = select(tiny, e - floats<N>(23.f), e);
}

/// first + x (second + x (...)). Not an array: its elements would become vectors too late to become constants.
template <int N>
CNNPOOL_INLINE floats<N> polynomial(const floats<N>&, float last) {
  return floats<N>(last);
}
template <int N, class... Rest>
CNNPOOL_INLINE floats<N> polynomial(const floats<N>& x, float first, Rest... rest) {
  return CNNPOOL_FUSED(polynomial(x, rest...), x, floats<N>(first));
}

/// log2(1 + z), sqrt(1/2) <= 1 + z < sqrt(2); fitted, relative error 6e-8 before rounding.
template <int N>
CNNPOOL_INLINE floats<N> log2_of_mantissa(const floats<N>& z) {
  return CNNPOOL_FUSED(z * z,
                       polynomial(z, -0.72134805f, 0.48090738f, -0.36064938f, 0.28794989f, -0.24012838f, 0.21670696f,
                                  -0.19965100f, 0.11363683f),
                       z * floats<N>(1.44269504f));
}

/// 2^f, |f| <= 0.501; fitted, relative error 3e-9 before rounding.
template <int N>
CNNPOOL_INLINE floats<N> exp2_of_fraction(const floats<N>& f) {
  return polynomial(f, 1.f, 0.69314718f, 0.24022648f, 0.05550328f, 0.009618375f, 0.0013400111f, 0.00015370565f);
}

/// 2 * atanh(s) / s, |s| <= 0.1716: five terms of the series.
template <int N>
CNNPOOL_INLINE floats<N> atanh_series(const floats<N>& s) {
  const floats<N> q = s * s;
  return ((floats<N>(2.f / 9) * q + floats<N>(2.f / 7)) * q + floats<N>(2.f / 5)) * q * q + floats<N>(2.f / 3) * q;
}

/// e^f, |f| <= 0.35: the Taylor polynomial of degree 7.
template <int N>
CNNPOOL_INLINE floats<N> exp_series(const floats<N>& f) {
  floats<N> r = floats<N>(1.f / 5040) * f + floats<N>(1.f / 720);
  r = r * f + floats<N>(1.f / 120);
  r = r * f + floats<N>(1.f / 24);
  r = r * f + floats<N>(1.f / 6);
  r = r * f + floats<N>(0.5f);
  r = r * f * f + f;
  return r + floats<N>(1.f);
}
#endif

}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

template <class L, int N>
CNNPOOL_HD pack<L, N> sqrt(const pack<L, N>& x) {
#if CNNPOOL_HAS_X86_ASM
  if constexpr (sizeof(L) * N >= 32) {  // the C library's sets errno, so GCC asks of every lane whether it is negative
    pack<L, N> r;
    detail::square_root(r.v, x.v);
    return r;
  }
#endif
  return detail::by_lane(x, detail::libm_sqrt{});
}

template <class L, int N>
CNNPOOL_HD pack<L, N> exp(const pack<L, N>& x) {
#if CNNPOOL_HAS_PACKS
  if constexpr (sizeof(L) == 4) {
    using V = pack<L, N>;
    const V low(-105.f), high(89.f);
    const V t = minimum(maximum(x, low), high);  // NaN goes to low and is put back below
    const detail::whole_number<N> k(t * V(1.44269504f));
    const V f = in_order(t - k.as_float * V(0.693359375f)) + k.as_float * V(2.12194440e-4f);
    const V r = detail::scaled(detail::exp_series(f), k);
    return select(x != x, x, select(x < V(-104.f), V(0.f), r));
  }
#endif
  return detail::by_lane(x, detail::libm_exp{});
}

template <class L, int N>
CNNPOOL_HD pack<L, N> exp_of_negative(const pack<L, N>& x) {
#if CNNPOOL_HAS_PACKS
  if constexpr (sizeof(L) == 4) {
    using V = pack<L, N>;
    const V t = maximum(V(-126.f), x * V(1.44269504f));
    const detail::whole_number<N> k(t);
    V power;
    power.v = reinterpret_cast<detail::float_vector<N>>((k.whole + 127) << 23);
    return detail::exp2_of_fraction(in_order(t - k.as_float)) * power;
  }
#endif
  return detail::by_lane(x, detail::libm_exp{});
}

template <class L, int N>
CNNPOOL_HD pack<L, N> log(const pack<L, N>& x) {
#if CNNPOOL_HAS_PACKS
  if constexpr (sizeof(L) == 4) {
    using V = pack<L, N>;
    V e, m;
    detail::split(x, e, m);
    const V s = (m - V(1.f)) / (m + V(1.f));
    const V r = e * V(0.693359375f) + in_order(s + s + (s * detail::atanh_series(s) - e * V(2.12194440e-4f)));
    if constexpr (CNNPOOL_FINITE_MATH) return r;
    const V infinity(limits<float>::infinity);
    V special = select(x == infinity, infinity, select(x == V(0.f), -infinity, x - x + (-infinity + infinity)));
    return select((x > V(0.f)) & (x < infinity), r, special);
  }
#endif
  return detail::by_lane(x, detail::libm_log{});
}

/// An exponent per lane.
template <class L, int N>
struct exponent<pack<L, N>> {
  pack<L, N> high, low;
  CNNPOOL_HD exponent() : high(L(1)), low(L(0)) {}
  CNNPOOL_HD explicit exponent(const exponent<L>& p) : high(p.high), low(p.low) {}
  CNNPOOL_HD explicit exponent(double p) : exponent(exponent<L>(p)) {}
  CNNPOOL_HD void set(int lane, double p) {
    const exponent<L> e(p);
    high.set(lane, e.high);
    low.set(lane, e.low);
  }
};

/// The cube root of x >= 0: two Halley steps from a third of the exponent; within 2 units in the last place.
template <class L, int N>
CNNPOOL_HD pack<L, N> cbrt(const pack<L, N>& x) {
#if CNNPOOL_HAS_PACKS
  if constexpr (sizeof(L) == 4) {
    using V = pack<L, N>;
    const auto tiny = x < V(1.17549435e-38f);
    const V y = select(tiny, x * V(16777216.f), x);
    V r;
    detail::int_vector<N> bits = reinterpret_cast<detail::int_vector<N>>(y.v);
    detail::convert_lanes(r.v, bits);
    r.v = r.v * (1.f / 3);
    detail::convert_lanes(bits, r.v);
    r.v = reinterpret_cast<detail::float_vector<N>>(bits + 0x2a5137a0);
    for (int i = 0; i < 2; ++i) {
      const V cube = r * r * r;  // (c + 2y) / (2c + y), by quarters so that nothing overflows
      r = r * ((V(0.25f) * cube + V(0.5f) * y) / (V(0.5f) * cube + V(0.25f) * y));
    }
    r = select(tiny, r * V(0.00390625f), r);
    return select((x > V(0.f)) & (x <= V(limits<float>::largest)), r, x);
  }
#endif
  return detail::by_lane(x, detail::libm_cbrt{});
}

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT::detail {
#if CNNPOOL_HAS_PACKS
/// (2^e m)^p. Bounded: for any p; if not, the result is right unless it is below 2^-20000 or so.
template <bool Bounded, int N>
CNNPOOL_INLINE floats<N> pow_of_parts(const floats<N>& e, const floats<N>& m, const exponent<floats<N>>& p) {
  using V = floats<N>;
  const V log2_m = log2_of_mantissa(m - V(1.f));
  const V upper = e * p.high, lower = CNNPOOL_FUSED(log2_m, p.high + p.low, e * p.low);
  const V t = upper + lower, most(200.f), least(-200.f);  // beyond, the result is inf or 0 all the same
  const whole_number<N> k(minimum(maximum(t, least), most));
  V fraction = in_order(upper - k.as_float) + lower;
  if constexpr (Bounded) fraction = minimum(maximum(fraction, V(-1.f)), V(1.f));
  return scaled(exp2_of_fraction(fraction), k);
}
#endif
template <class L, int N>
CNNPOOL_HD pack<L, N> pow_by_lane(const pack<L, N>& x, const exponent<pack<L, N>>& p) {
  pack<L, N> r;
  for (int i = 0; i < N; ++i) {
    exponent<L> q;
    q.high = p.high[i];
    q.low = p.low[i];
    r.set(i, pow(x[i], q));
  }
  return r;
}
}  // namespace cnnpool::detail

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

template <class L, int N>
CNNPOOL_HD pack<L, N> pow(const pack<L, N>& x, const exponent<pack<L, N>>& p) {
#if CNNPOOL_HAS_PACKS
  if constexpr (sizeof(L) == 4) {
    using V = pack<L, N>;
    V e, m;
    detail::split(x, e, m);
    const V r = detail::pow_of_parts<true>(e, m, p);
    return select((x > V(0.f)) & (x <= V(limits<float>::largest)), r, x);  // 0, inf and NaN stay
  }
#endif
  return detail::pow_by_lane(x, p);
}

template <class L, int N>
CNNPOOL_HD pack<L, N> pow_of_normal(const pack<L, N>& x, const exponent<pack<L, N>>& p) {
#if CNNPOOL_HAS_PACKS
  if constexpr (sizeof(L) == 4) {
    using V = pack<L, N>;
    V e, m;
    detail::split_normal(x, e, m);
    return select(x <= V(limits<float>::largest), detail::pow_of_parts<false>(e, m, p), x);  // inf and NaN stay
  }
#endif
  return detail::pow_by_lane(x, p);
}

}  // namespace cnnpool::kernel
