// The powers that GeM raises elements to, and their roots.
#pragma once

#include "../kernel/math.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// a * b + c, of packs in one instruction where there is one.
template <class L>
  requires std::is_floating_point_v<L>
CNNPOOL_HD L multiply_add(const L& a, const L& b, const L& c) {
  return a * b + c;
}

/// x^P by multiplication.
template <int P>
struct whole_power {
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    V r = x;
    CNNPOOL_UNROLL(8)
    for (int i = 1; i < P; ++i) r = r * x;
    return r;
  }
  /// s + x^P, its last multiplication and the addition rounded as one, wherever it is inlined.
  template <class V>
  CNNPOOL_HD V add_to(const V& s, const V& x) const {
    if constexpr (P == 1) return s + x;
    else return multiply_add(whole_power<P - 1>{}.raise_to(x), x, s);
  }
  template <class V>
  CNNPOOL_HD V root(const V& x) const {
    if constexpr (P == 1) return x;
    else if constexpr (P == 2) return sqrt(x);
    else if constexpr (P == 3) return cbrt(x);
    else if constexpr (P == 4) return sqrt(sqrt(x));
    else return pow(x, exponent<V>(1. / P));
  }
};

/// x^p by multiplication, p known at run time.
struct integer_power {
  int p;
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    V r = x;
    for (int i = 1; i < p; ++i) r = r * x;
    return r;
  }
  template <class V>
  CNNPOOL_HD V add_to(const V& s, const V& x) const {
    return p == 1 ? s + x : multiply_add(integer_power{p - 1}.raise_to(x), x, s);
  }
};

/// A number of a fold as each lane type has it. Where GCC optimises for size it would convert a double in the loop,
/// into a register whose last value it waits for: the turns of the loop then cannot overlap.
struct lane_constant {
  float narrow;
  double wide;
  CNNPOOL_HD lane_constant(double x) : narrow(static_cast<float>(x)), wide(x) {}
  template <class V>
  CNNPOOL_HD V in_lanes() const {
    if constexpr (sizeof(lane_t<V>) == 4) return V(narrow);
    else return V(wide);
  }
};

/// The same of an exponent.
struct constant_exponent {
  exponent<float> narrow;
  double wide;
  CNNPOOL_HD constant_exponent(double p) : narrow(p), wide(p) {}
};
template <class V, class E>
CNNPOOL_HD exponent<V> exponent_of(const E& p) {
  return exponent<V>(p);
}
template <class V>
CNNPOOL_HD exponent<V> exponent_of(const constant_exponent& p) {
  if constexpr (sizeof(lane_t<V>) == 4) return exponent<V>(p.narrow);
  else return exponent<V>(p.wide);
}

/// x^p for any p > 0, the exponents given as numbers or as one per lane.
template <class E>
struct any_power {
  static constexpr bool long_step = true;
  E p, inverse;
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    return pow_of_normal(x, exponent_of<V>(p));
  }
  template <class V>
  CNNPOOL_HD V add_to(const V& s, const V& x) const {
    return s + raise_to(x);
  }
  template <class V>
  CNNPOOL_HD V root(const V& x) const {
    return pow(x, exponent_of<V>(inverse));
  }
  /// Whether a sum of pow_of_normal is meaningful: not below p = 1 if there may be zeros and subnormals, whose small
  /// power is not small, and not if even 2^-126 to the p is far beyond what its polynomial is good for.
  template <class V>
  CNNPOOL_HD auto sums_up(double lowest) const {
    using L = lane_t<V>;
    const V q = exponent_of<V>(p).high;
    const bool any = lowest < static_cast<double>(limits<L>::smallest);
    return (q >= V(static_cast<L>(any ? 1 : 0))) & (q <= V(static_cast<L>(200)));
  }
};

/// x^p for a p that is the same for all lanes: whole p up to 8 by multiplication.
struct chosen_power : any_power<constant_exponent> {
  int whole;  // p, or 0
  bool infinite;

  explicit chosen_power(double q)
      : any_power<constant_exponent>{q, 1 / q}, whole(q <= 8 && q == static_cast<int>(q) ? static_cast<int>(q) : 0),
        infinite(q > 1e30) {}
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    return whole > 0 ? integer_power{whole}.raise_to(x) : any_power<constant_exponent>::raise_to(x);
  }
  template <class V>
  CNNPOOL_HD V add_to(const V& s, const V& x) const {
    return whole > 0 ? integer_power{whole}.add_to(s, x) : any_power<constant_exponent>::add_to(s, x);
  }
  template <class V>
  CNNPOOL_HD V root(const V& x) const {
    return whole == 1 ? x
           : whole == 2 ? sqrt(x)
           : whole == 3 ? cbrt(x)
           : whole == 4 ? sqrt(sqrt(x))
                        : any_power<constant_exponent>::root(x);
  }
  template <class V>
  CNNPOOL_HD auto sums_up(double lowest) const {
    using L = lane_t<V>;
    return any_power<constant_exponent>::sums_up<V>(lowest) | (V(L(0)) == V(static_cast<L>(whole == 0)));
  }
};

}  // namespace cnnpool::detail
