// L2 normalisation of a descriptor: x / max(|x|, tiny); zero stays zero.
// With add_epsilon = e (cirtorch: 1e-6) it is x / (|x| + e).
//
// Within 4 units in the last place; the norm is accurate whenever it is representable, since a sum of squares that
// leaves the accumulator's range is computed again with the largest component factored out (a larger norm gives zeros,
// one below `tiny` a vector shorter than 1). NaN spreads to the whole descriptor.
#pragma once

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// The sum carries what its roundings lost (Kahan): otherwise adding tens of thousands of equal squares, as in a VLAD
/// vector, would round the same way every time.
struct euclidean_norm {
  template <class V>
  struct state {
    V sum, lost;
  };
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {V(lane_t<V>(0)), V(lane_t<V>(0))};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x) const {
    return added(s, x * x);
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    const state<V> r = added(a, b.sum);
    return {r.sum, r.lost + b.lost};
  }
  template <class V>
  CNNPOOL_HD V finish(const state<V>& s, index_t) const {
    return sqrt(s.sum + s.lost);
  }
  template <class V>
  CNNPOOL_HD auto is_reliable(const state<V>& s) const {
    using L = lane_t<V>;
    return ((s.sum <= V(limits<L>::overflow)) & (s.sum >= V(limits<L>::smallest * L(1 << 24)))) | (s.sum != s.sum);
  }
  template <class L, class Read>
  CNNPOOL_HD L exact(index_t n, const Read& x) const {
    L largest = 0;
    for (index_t i = 0; i < n; ++i) {
      const L v = absolute(x(i));
      if (v != v) return v;
      if (v > largest) largest = v;
    }
    if (largest == L(0) || largest > limits<L>::largest) return largest;
    double total = 0;
    for (index_t i = 0; i < n; ++i) {
      const double v = part_of(x(i), largest);
      total += v * v;
    }
    return largest * static_cast<L>(sqrt(total));
  }

 private:
  template <class V>
  CNNPOOL_HD static state<V> added(const state<V>& s, const V& x) {
    const V sum = in_order(s.sum + x);
    return {sum, s.lost + (x - in_order(sum - s.sum))};
  }
};

/// x / (norm + epsilon); a zero row stays as it is.
struct by_norm {
  double add_epsilon;
  template <class V>
  CNNPOOL_HD V operator()(const V& x, const V& norm) const {
    using L = lane_t<V>;
    return x / maximum(V(limits<L>::smallest), norm + V(static_cast<L>(add_epsilon)));
  }
};

}  // namespace detail

struct l2 {
  static constexpr const char* name = "l2";

  double add_epsilon = 0;

  index_t output_size(index_t d) const { return d; }
  void (check)() const {
    if (!(add_epsilon >= 0)) raise("l2: add_epsilon is ", add_epsilon, ", expected 0 or more");
    if (add_epsilon > kernel::limits<double>::largest)
      raise("l2: add_epsilon is ", add_epsilon, ", expected a finite number");
  }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const kernel::matrix<A> norms = s.make<A>(in.rows, 1);
    b.reduce(s, kernel::rows_as_images<typename B::space>(in), kernel::over_positions{}, detail::euclidean_norm{},
             norms);
    b.transform(s, out, detail::by_norm{add_epsilon}, in, kernel::per_row<A>{norms});
  }
};

}  // namespace cnnpool
