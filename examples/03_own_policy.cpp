// A policy of your own: log-sum-exp, log( SUM exp(beta x) / N ) / beta, between the average (beta -> 0) and the maximum
// (beta -> infinity). Written once, it runs on scalar lanes and SIMD registers, in chains, regions and concat.
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "standard_output.hpp"

using cnnpool::index_t;
namespace kernel = cnnpool::kernel;  // the words of those who write policies

struct log_sum_exp {
  float beta = 10;

  // The largest value so far, and the sum of exp(beta (x - largest)): no exponential overflows.
  template <class V>
  struct state {
    V largest, sum;
  };
  template <class V>
  CNNPOOL_HD state<V> init() const {
    return {V(-kernel::limits<kernel::lane_t<V>>::largest), V(0)};
  }
  template <class V>
  CNNPOOL_HD state<V> step(const state<V>& s, const V& x) const {
    return merge(s, state<V>{x, V(1)});
  }
  template <class V>
  CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    const V m = kernel::maximum(a.largest, b.largest);
    return {m, a.sum * kernel::exp(kernel::in_every_lane<V>(beta) * (a.largest - m)) +
                   b.sum * kernel::exp(kernel::in_every_lane<V>(beta) * (b.largest - m))};
  }
  template <class V>
  CNNPOOL_HD V finish(const state<V>& s, index_t n) const {
    return s.largest + kernel::log(s.sum / kernel::in_every_lane<V>(n)) / kernel::in_every_lane<V>(beta);
  }
};

int main() {
  std::vector<float> values(64 * 9 * 9);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 11) * 20;  // 0, 20, ..., 200
  const cnnpool::feature_view<float> x(values.data(), {.c = 64, .h = 9, .w = 9}, cnnpool::nchw);

  for (const float beta : {0.0001f, 0.01f, 0.1f, 10.f})
    std::printf("beta %-6g: %7.2f\n", static_cast<double>(beta),
                static_cast<double>(cnnpool::pool(x, log_sum_exp{beta})(0, 0)));

  // Both backends run the same definition; the reference computes in double.
  const auto fast = cnnpool::pool(x, log_sum_exp{});
  const auto plain = cnnpool::pool(cnnpool::reference{}, x, log_sum_exp{});
  double apart = 0;
  for (index_t c = 0; c < fast.cols(); ++c)
    apart = kernel::maximum(apart, kernel::absolute(static_cast<double>(fast(0, c)) - plain(0, c)));
  std::printf("cpu and reference agree: %s\n", apart < 1e-3 ? "yes" : "no");

  // It is a policy like any other.
  const auto regions = cnnpool::regional(log_sum_exp{} | cnnpool::l2{}, cnnpool::rmac_grid{}) | cnnpool::l2{};
  std::printf("in regions: %td components\n", cnnpool::pool(x, regions).cols());
  return printed();
}

// prints:
// beta 0.0001:   96.75
// beta 0.01  :  116.34
// beta 0.1   :  176.97
// beta 10    :  199.76
// cpu and reference agree: yes
// in regions: 64 components
