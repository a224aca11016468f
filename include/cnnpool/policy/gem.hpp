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

#include "../kernel/additive.hpp"
#include "../kernel/math.hpp"
#include "../kernel/values.hpp"
#include "gem_powers.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class gem_floor { clamp, on_sum, none };

namespace detail {

/// The form of power_mean for p = infinity: the largest element so far, or 0.
struct positive_max {
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return select(s != s, s, maximum(s, x));
  }
};

/// The fold behind gem. on_sum: floor of the sum of powers, or 0.
template <class Power>
struct power_mean {
  Power power;
  lane_constant lowest = 0, on_sum = 0;

  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(lane_t<V>(0));
  }
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    if (is_maximum()) return positive_max{}.step(s, x);
    return power.add_to(s, maximum(lowest.in_lanes<V>(), x));
  }
  template <class V>
  CNNPOOL_HD V merge(const V& a, const V& b) const {
    return is_maximum() ? positive_max{}.step(a, b) : a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t n) const {
    if (is_maximum()) return maximum(lowest.in_lanes<V>(), s);
    return power.root(maximum(on_sum.in_lanes<V>(), s) / in_every_lane<V>(n));
  }
  /// Away from overflow, and from sums so small that their terms were subnormal. NaN is in range: it is the result.
  template <class V>
  CNNPOOL_HD auto is_reliable(const V& s) const {
    using L = lane_t<V>;
    constexpr L low = limits<L>::smallest * L(1 << 24);
    if (is_maximum()) return (s == s) | (s != s);
    const auto good = (s <= V(limits<L>::overflow)) & (s >= in_every_lane<V>(on_sum.wide > 0 ? L(0) : low));
    if constexpr (requires { power.template sums_up<V>(lowest.wide); })
      return (good & power.template sums_up<V>(lowest.wide)) | (s != s);
    else return good | (s != s);
  }
  template <class L, class Read>
  CNNPOOL_HD L exact(index_t n, const Read& x) const {
    const double count = static_cast<double>(n);
    L largest = lowest.in_lanes<L>();
    if (is_maximum()) {
      for (index_t i = 0; i < n; ++i) largest = positive_max{}.step(largest, x(i));
      return largest;
    }
    for (index_t i = 0; i < n; ++i) {
      const L v = x(i);
      if (v != v) return v;
      if (v > largest) largest = v;
    }
    if (largest > limits<L>::largest) return largest;
    double total = 0;
    for (index_t i = 0; i < n && largest > L(0); ++i) {
      const double part = part_of(maximum(lowest.in_lanes<L>(), x(i)), largest);
      total += static_cast<double>(power.raise_to(static_cast<L>(part)));
    }
    if (on_sum.wide > 0 && total * static_cast<double>(power.raise_to(largest)) < on_sum.wide)
      return power.root(static_cast<L>(on_sum.wide / count));
    return largest * power.root(static_cast<L>(total / count));
  }

  static constexpr bool long_step = requires { Power::long_step; };
  /// One fold for every p, with a loop for each kind of p.
  template <class Action>
    requires std::same_as<Power, chosen_power>
  CNNPOOL_INLINE void forms(const Action& action) const {
    if (power.whole == 3) action(power_mean<whole_power<3>>{{}, lowest, on_sum});
    else if (power.whole > 0) action(power_mean<integer_power>{{power.whole}, lowest, on_sum});
    else if (power.infinite) action(positive_max{});
    else action(power_mean<any_power<constant_exponent>>{power, lowest, on_sum});
  }

 private:
  /// p = infinity.
  CNNPOOL_HD bool is_maximum() const {
    if constexpr (requires { power.infinite; }) return power.infinite;
    else return false;
  }
};

/// The fold behind gem_per_channel: p[c] is the exponent of channel c.
struct power_mean_per_channel : additive {  // what the concept sees; kernels fold with what per_channel returns
  static constexpr bool long_step = true;
  const float* p;
  double eps;

  template <class V>
  CNNPOOL_HD auto per_channel(index_t c) const {
    using L = lane_t<V>;
    const double q = finite(p[c]);
    return power_mean<any_power<exponent<L>>>{{exponent<L>(q), exponent<L>(1 / q)}, eps, 0};
  }
  template <class V>
  CNNPOOL_HD auto per_channel(index_t c, index_t count) const {
    return power_mean<any_power<exponent<V>>>{
        {exponents<V>(c, count, false), exponents<V>(c, count, true)}, eps, 0};
  }

 private:
  /// p = infinity is the maximum, and so is this.
  CNNPOOL_HD static double finite(float q) { return q < 1e30f ? static_cast<double>(q) : 1e30; }
  template <class V>
  CNNPOOL_HD exponent<V> exponents(index_t c, index_t count, bool inverse) const {
    exponent<V> e;
    for (index_t i = 0; i < count; ++i) {
      const double q = finite(p[c + i]);
      e.set(static_cast<int>(i), inverse ? 1 / q : q);
    }
    return e;
  }
};

template <class F, class Power>
void clamped(const F& f, const Power& power, double eps, gem_floor floor) {
  f(power_mean<Power>{power, floor == gem_floor::clamp ? eps : 0, floor == gem_floor::on_sum ? eps : 0});
}

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

  void (check)() const {
    if (!(p > 0)) raise("gem: p is ", p, ", expected a positive number");
    detail::check_eps(name, eps);
  }

  template <class F>
  void select_fold(F&& f) const {
    detail::clamped(f, detail::chosen_power(p), eps, floor);
  }
};

/// gem{.p = P} with P known at compile time: compiles in a third of the time.
template <int P>
struct gem_p {
  static_assert(P >= 1 && P <= 8,
                "cnnpool::gem_p: the exponent is a whole number from 1 to 8; any other is gem{.p = p}");
  static constexpr const char* name = "gem_p";
  static constexpr int outputs = 1;

  double eps = 1e-6;
  gem_floor floor = gem_floor::clamp;

  void (check)() const { detail::check_eps(name, eps); }
  template <class F>
  void select_fold(F&& f) const {
    detail::clamped(f, detail::whole_power<P>{}, eps, floor);
  }
};

/// GeM with one p per channel (cirtorch's GeMmp). p must outlive the call; the host checks it and the backend reads it,
/// so for a GPU it must be in managed memory.
struct gem_per_channel {
  static constexpr const char* name = "gem_per_channel";
  static constexpr int outputs = 1;

  std::span<const float> p;
  double eps = 1e-6;

  void (check)() const {
    detail::check_eps(name, eps);
    for (std::size_t c = 0; c < p.size(); ++c)
      if (!(p[c] > 0)) raise("gem_per_channel: p of channel ", c, " is ", p[c], ", expected a positive number");
  }
  void (check)(const shape& s) const {
    if (static_cast<index_t>(p.size()) != s.c)
      raise("gem_per_channel: ", p.size(), " exponents for ", s.c, " channels, expected one per channel");
  }

  template <class F>
  void select_fold(F&& f) const {
    f(detail::power_mean_per_channel{{}, p.data(), eps});
  }
};

}  // namespace cnnpool
