// Generalised-mean pooling (Radenovic, Tolias, Chum, TPAMI 2018):
//   out_c = ( 1/N SUM max(x_c(i,j), eps)^p )^(1/p), p = 3, eps = 1e-6. D = C.
//
// p = 1 is the average of max(x, eps), p = infinity is max(x, eps); p <= 0 or NaN is an error. Variants (`floor`):
//   clamp   the formula above (cirtorch, dirtorch, TF-DELF); a dead channel gives eps
//   on_sum  max(SUM max(x,0)^p, eps), then / N and the root (the MATLAB toolbox)
//   none    max(x, 0)^p; a dead channel gives 0
// Whole p up to 8 by multiplication, other p by a vectorised power (relative error 1e-6). Accumulates in float (double
// for double). Whenever the true value is representable the result is finite and accurate: where the sum of powers
// leaves the accumulator's range, the channel is computed again with its maximum factored out. NaN propagates.
#pragma once

#include <span>

#include "../core/additive.hpp"
#include "../core/math.hpp"
#include "../core/values.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class gem_floor { clamp, on_sum, none };

namespace detail {

/// x^3.
struct cube {
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    return x * x * x;
  }
  template <class V>
  CNNPOOL_HD V root(const V& x) const {
    return cbrt(x);
  }
};

/// x^p for a small integer p, by multiplication.
struct integer_power {
  int p;
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    V r = x;
    for (int i = 1; i < p; ++i) r = r * x;
    return r;
  }
  template <class V>
  CNNPOOL_HD V root(const V& x) const {
    return p == 1 ? x : p == 2 ? sqrt(x) : p == 4 ? sqrt(sqrt(x)) : pow(x, exponent<V>(1.0 / p));
  }
};

/// x^p for any p > 0, the exponents given as numbers or as one per lane.
template <class E>
struct any_power {
  E p, inverse;
  template <class V>
  CNNPOOL_HD V raise_to(const V& x) const {
    return pow_of_normal(x, exponent<V>(p));
  }
  template <class V>
  CNNPOOL_HD V root(const V& x) const {
    return pow(x, exponent<V>(inverse));
  }
  /// Where a sum of pow_of_normal says something: not below p = 1 when there may be zeros and subnormals, whose small
  /// power is not small, and not where even 2^-126 to the p is far beyond what its polynomial is good for.
  template <class V>
  CNNPOOL_HD auto sums_up(double lowest) const {
    using L = lane_t<V>;
    const V q = exponent<V>(p).high;
    const bool any = lowest < static_cast<double>(limits<L>::smallest);
    return (q >= V(static_cast<L>(any ? 1 : 0))) & (q <= V(static_cast<L>(200)));
  }
};

/// The fold behind gem. on_sum: floor of the sum of powers, or 0.
template <class Power>
struct power_mean {
  Power power;
  double lowest = 0, on_sum = 0;

  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + power.raise_to(maximum(V(static_cast<lane_t<V>>(lowest)), x));
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index n) const {
    return power.root(maximum(uniform<V>(on_sum), s) / uniform<V>(n));
  }
  /// Away from overflow, and from sums so small that their terms were subnormal. NaN is in range: it is the result.
  template <class V>
  CNNPOOL_HD auto in_range(const V& s) const {
    using L = lane_t<V>;
    constexpr L low = limits<L>::smallest * L(1 << 24);
    const auto good = (s <= V(limits<L>::overflow)) & (s >= uniform<V>(on_sum > 0 ? L(0) : low));
    if constexpr (requires { power.template sums_up<V>(lowest); })
      return (good & power.template sums_up<V>(lowest)) | (s != s);
    else return good | (s != s);
  }
  template <class L, class Read>
  CNNPOOL_HD L recompute(index n, const Read& x) const {
    const double count = static_cast<double>(n);
    L largest = static_cast<L>(lowest);
    for (index i = 0; i < n; ++i) {
      const L v = x(i);
      if (v > largest) largest = v;
    }
    if (largest > limits<L>::largest) return largest;
    double total = 0;
    for (index i = 0; i < n && largest > L(0); ++i) {
      const double part = part_of(maximum(static_cast<L>(lowest), x(i)), largest);
      total += static_cast<double>(power.raise_to(static_cast<L>(part)));
    }
    if (on_sum > 0 && total * static_cast<double>(power.raise_to(largest)) < on_sum)
      return power.root(static_cast<L>(on_sum / count));
    return largest * power.root(static_cast<L>(total / count));
  }
};

/// p = infinity.
struct clamped_max {
  double lowest = 0;
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(static_cast<lane_t<V>>(lowest));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return select(s != s, s, maximum(s, x));
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return step(a, b);
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index) const {
    return s;
  }
};

/// The fold behind gem_per_channel: p[c] is the exponent of channel c.
struct power_mean_per_channel : additive {  // what the concept sees; kernels fold with what per_channel returns
  const float* p;
  double eps;

  template <class V>
  CNNPOOL_HD auto per_channel(index c) const {
    using L = lane_t<V>;
    const double q = finite(p[c]);
    return power_mean<any_power<exponent<L>>>{{exponent<L>(q), exponent<L>(1 / q)}, eps, 0};
  }
  template <class V>
  CNNPOOL_HD auto per_channel(index c, index count) const {
    return power_mean<any_power<exponent<V>>>{
        {exponents<V>(c, count, false), exponents<V>(c, count, true)}, eps, 0};
  }

 private:
  /// p = infinity is the maximum, and so is this.
  CNNPOOL_HD static double finite(float q) { return q < 1e30f ? static_cast<double>(q) : 1e30; }
  template <class V>
  CNNPOOL_HD exponent<V> exponents(index c, index count, bool inverse) const {
    exponent<V> e;
    for (index i = 0; i < count; ++i) {
      const double q = finite(p[c + i]);
      e.set(static_cast<int>(i), inverse ? 1 / q : q);
    }
    return e;
  }
};

inline void check_eps(const char* name, double eps) {
  if (!(eps >= 0) || eps > 1e30) raise(name, ": eps is ", eps, ", expected a number from 0 to 1e30");
}

}  // namespace detail

struct gem {
  static constexpr const char* name = "gem";
  static constexpr int outputs = 1;

  double p = 3;
  double eps = 1e-6;
  gem_floor floor = gem_floor::clamp;

  void (check)(const shape&) const {
    if (!(p > 0)) raise("gem: p is ", p, ", expected a positive number");
    detail::check_eps(name, eps);
  }

  template <class F>
  void select_fold(F&& f) const {
    const double lowest = floor == gem_floor::clamp ? eps : 0, on_sum = floor == gem_floor::on_sum ? eps : 0;
    if (p == 3) f(detail::power_mean<detail::cube>{{}, lowest, on_sum});
    else if (p <= 8 && p == static_cast<int>(p))
      f(detail::power_mean<detail::integer_power>{{static_cast<int>(p)}, lowest, on_sum});
    else if (p > 1e30) f(detail::clamped_max{lowest});
    else f(detail::power_mean<detail::any_power<double>>{{p, 1 / p}, lowest, on_sum});
  }
};

/// GeM with one p per channel (cirtorch's GeMmp). p outlives the call; the host checks it and the backend reads it, so
/// for a GPU it is managed memory.
struct gem_per_channel {
  static constexpr const char* name = "gem_per_channel";
  static constexpr int outputs = 1;

  std::span<const float> p;
  double eps = 1e-6;

  void (check)(const shape& s) const {
    detail::check_eps(name, eps);
    if (static_cast<index>(p.size()) != s.c)
      raise("gem_per_channel: ", p.size(), " exponents for ", s.c, " channels, expected one per channel");
    for (std::size_t c = 0; c < p.size(); ++c)
      if (!(p[c] > 0)) raise("gem_per_channel: p of channel ", c, " is ", p[c], ", expected a positive number");
  }

  template <class F>
  void select_fold(F&& f) const {
    f(detail::power_mean_per_channel{{}, p.data(), eps});
  }
};

}  // namespace cnnpool
