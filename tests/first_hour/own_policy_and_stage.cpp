// A policy of your own, the mean of the K largest activations, and a stage of your own, a softmax with a temperature.

#undef NDEBUG  // the assertions are what this program is for
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/testing/check_fold_policy.hpp>

namespace mine {

namespace kernel = cnnpool::kernel;

/// The mean of the K largest activations of a channel, of all of them where there are fewer: a fold.
template <int K>
struct top_k {
  template <class V> struct state { V best[K]; };  // in descending order; a NaN stays in the first place
  template <class V> CNNPOOL_HD state<V> init() const {
    state<V> s;
    for (int i = 0; i < K; ++i) s.best[i] = V(-kernel::limits<kernel::lane_t<V>>::above_all);
    return s;
  }
  template <class V> CNNPOOL_HD state<V> step(state<V> s, V x) const {
    for (int i = 0; i < K; ++i) {
      const V larger = kernel::maximum_or_nan(s.best[i], x);
      x = kernel::minimum(s.best[i], x);
      s.best[i] = larger;
    }
    return s;
  }
  template <class V> CNNPOOL_HD state<V> merge(state<V> a, const state<V>& b) const {
    for (int i = 0; i < K; ++i) a = step(a, b.best[i]);
    return a;
  }
  template <class V> CNNPOOL_HD V finish(const state<V>& s, cnnpool::index_t n) const {
    const cnnpool::index_t k = n < K ? n : K;
    V sum = s.best[0];
    for (int i = 1; i < K; ++i)
      if (i < k) sum = sum + s.best[i];
    return sum / kernel::in_every_lane<V>(k);
  }
};

struct weight {  // exp((x - largest) / temperature)
  double temperature;
  template <class V> CNNPOOL_HD V operator()(const V& x, const V& largest) const {
    return kernel::exp((x - largest) / kernel::in_every_lane<V>(temperature));
  }
};
struct quotient { template <class V> CNNPOOL_HD V operator()(const V& x, const V& sum) const { return x / sum; } };

/// Components that are positive and sum to 1.
struct softmax {
  static constexpr const char* name = "softmax";
  double temperature = 1;
  cnnpool::index_t output_size(cnnpool::index_t d) const { return d; }
  void check(cnnpool::index_t) const {
    if (!(temperature > 0)) cnnpool::raise("softmax: temperature is ", temperature, ", expected more than 0");
  }
  template <class B, class A>
  void apply(const B& backend, kernel::scratch& s, const kernel::matrix<const A>& in,
             const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const auto of_row = s.make<A>(in.rows, 1);
    backend.reduce(s, kernel::rows_as_images<typename B::space>(in), kernel::over_positions{}, cnnpool::max(), of_row);
    backend.transform(s, out, weight{temperature}, in, kernel::per_row<A>{of_row});
    backend.reduce(s, kernel::rows_as_images<typename B::space>(out), kernel::over_positions{}, cnnpool::sum{}, of_row);
    backend.transform(s, out, quotient{}, out, kernel::per_row<A>{of_row});
  }
};

}  // namespace mine

template <class T>
void compare(const std::vector<T>& nchw, double step, int c, int h, int w, bool nan_expected) {
  std::vector<T> nhwc(nchw.size());
  for (int k = 0; k < c; ++k)
    for (int p = 0; p < h * w; ++p) nhwc[p * c + k] = nchw[k * h * w + p];
  std::vector<double> expected(c);
  double largest = -1e30, sum = 0;
  for (int k = 0; k < c; ++k) {
    std::vector<double> v;
    for (int p = 0; p < h * w; ++p) v.push_back(nchw[k * h * w + p] * step);
    std::sort(v.begin(), v.end(), std::greater<>());
    for (int i = 0; i < 5 && i < h * w; ++i) expected[k] += v[i] / std::min(5, h * w);
    largest = std::max(largest, expected[k]);
  }
  for (double e : expected) sum += std::exp((e - largest) / 0.5);
  const auto policy = mine::top_k<5>{} | mine::softmax{.temperature = 0.5};
  const cnnpool::shape s{.c = c, .h = h, .w = w};
  const cnnpool::quantization q{.scale = static_cast<float>(step)};
  for (const auto& x : {cnnpool::feature_view<T>(nchw.data(), s, cnnpool::nchw, q),
                        cnnpool::feature_view<T>(nhwc.data(), s, cnnpool::nhwc, q)}) {
    const auto d = cnnpool::pool(x, policy);
    for (int k = 0; k < c; ++k) {
      if (nan_expected) assert(std::isnan(d(0, k)));
      else assert(std::fabs(d(0, k) - std::exp((expected[k] - largest) / 0.5) / sum) < 1e-5);
    }
  }
}

int main() {
  const int c = 19, h = 7, w = 9;
  std::vector<float> map(c * h * w);
  std::vector<std::uint8_t> bytes(c * h * w);
  for (std::size_t i = 0; i < map.size(); ++i) {
    map[i] = static_cast<float>(i * 7919 % 1009) / 300 - 1;
    bytes[i] = static_cast<std::uint8_t>(i * 7919 % 251);
  }
  compare(map, 1, c, h, w, false);
  compare(bytes, 0.01, c, h, w, false);
  compare(map, 1, c, 1, 3, false);  // fewer than 5
  const auto laws = cnnpool::check_fold_policy(mine::top_k<5>{});
  if (!laws.ok) std::printf("%s\n", laws.sentence.c_str());
  assert(laws.ok);

  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (int at : {0, 20, h * w - 1}) {
    std::vector<float> broken(map);
    broken[3 * h * w + at] = nan;
    const cnnpool::feature_view<float> x(broken.data(), {.c = c, .h = h, .w = w}, cnnpool::nchw);
    const auto d = cnnpool::pool(x, mine::top_k<5>{});
    for (int k = 0; k < c; ++k) assert(std::isnan(d(0, k)) == (k == 3));
    compare(broken, 1, c, h, w, true);
  }
  std::printf("the mean of the 5 largest, and its softmax: right for float and uint8, NCHW and NHWC\n");
}
