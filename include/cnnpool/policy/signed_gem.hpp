// The signed power mean: generalised-mean pooling for activations of both signs (tokens of vision transformers, maps
// cut before their ReLU), of which GeM's floor throws the negative half away:
//   y_c = 1/N SUM sign(x_c(i,j)) |x_c(i,j)|^p,  out_c = sign(y_c) |y_c|^(1/p), p = 3, from 1 to 200. D = C.
//
// p = 1 is the average. Powers, accumulator, range and NaN as in gem.hpp; y is within (N/4 + p + 8) u of 1/N SUM |x|^p,
// and where positive and negative powers cancel, the root makes a small error of y a larger one of the result. As many
// +inf as -inf in one channel give NaN.
#pragma once

#include "../kernel/additive.hpp"
#include "../kernel/math.hpp"
#include "../kernel/values.hpp"
#include "gem_powers.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// `size` with the sign of x.
template <class V>
CNNPOOL_HD V with_sign_of(const V& x, const V& size) {
  return select(x < V(lane_t<V>(0)), -size, size);
}

/// The fold behind signed_gem and multi_scale.
template <class Power>
struct signed_power_mean : additive {
  static constexpr bool long_step = requires { Power::long_step; };
  Power power;
  explicit signed_power_mean(const Power& p) : power(p) {}

  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + with_sign_of(x, power.raise_to(absolute(x)));
  }
  template <class V>
  CNNPOOL_HD V finish(const V& s, index_t n) const {
    return with_sign_of(s, power.root(absolute(s) / in_every_lane<V>(n)));
  }
  /// As in power_mean; what is NaN may be the difference of two powers beyond the range.
  template <class V>
  CNNPOOL_HD auto is_reliable(const V& s) const {
    using L = lane_t<V>;
    return (absolute(s) <= V(limits<L>::overflow)) & (absolute(s) >= V(limits<L>::smallest * L(1 << 24)));
  }
  template <class L, class Read>
  CNNPOOL_HD L exact(index_t n, const Read& x) const {
    L largest = 0;
    for (index_t i = 0; i < n; ++i) {
      const L v = absolute(x(i));
      if (v != v) return v;
      if (v > largest) largest = v;
    }
    if (largest == L(0)) return L(0);
    double total = 0;
    for (index_t i = 0; i < n; ++i) {
      // An infinity counts as 1, everything else beside it as nothing; of opposite infinities nothing stays.
      const L v = x(i);
      if (largest > limits<L>::largest) {
        total += v == largest ? 1. : v == -largest ? -1. : 0.;
      } else {
        const double part = part_of(v, largest);
        total += with_sign_of(part, power.raise_to(absolute(part)));
      }
    }
    const double mean = total / static_cast<double>(n);
    if (largest > limits<L>::largest) return mean > 0 ? largest : mean < 0 ? -largest : largest - largest;
    return largest * static_cast<L>(with_sign_of(mean, power.root(absolute(mean))));
  }
  /// A loop for each kind of p.
  template <class Action>
    requires std::is_same_v<Power, chosen_power>
  CNNPOOL_INLINE void forms(const Action& action) const {
    if (power.whole == 3) action(signed_power_mean<whole_power<3>>({}));
    else if (power.whole > 0) action(signed_power_mean<integer_power>({power.whole}));
    else action(signed_power_mean<any_power<constant_exponent>>(power));
  }
};

}  // namespace detail

struct signed_gem {
  static constexpr const char* name = "signed_gem";
  static constexpr int outputs = 1;

  double p = 3;

  void (check)() const {
    if (!(p >= 1 && p <= 200)) raise("signed_gem: p is ", p, ", expected a number from 1 to 200");
  }
  template <class F>
  void select_fold(F&& f) const {
    f(detail::signed_power_mean<detail::chosen_power>(detail::chosen_power(p)));
  }
};

}  // namespace cnnpool
