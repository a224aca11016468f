// A method against the read limit, in turns: every iteration times one reading of as many bytes and one run of the
// method, so that both meet the same clock speed and the same neighbours. Reported: the method's time (real_time) and
// rho, the median of (time of the reading / time of the method). The reading is of the elements as floats: a method on
// 16-bit activations moves half of the bytes, so its rho has the bound 2.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "read_limit.hpp"

namespace benchmarks {

struct workload {
  const char* name;
  cnnpool::shape shape;
  bool cold = false;  // streams through a ring larger than the last-level cache
};

/// The shapes of the tables: A small maps of a deep layer, B and C a network at 768x1024, D a transformer's patches.
inline const std::vector<workload>& workloads() {
  static const std::vector<workload> all = {{"A", {1, 2048, 7, 7}},
                                            {"B", {1, 512, 24, 32}},
                                            {"C", {1, 2048, 24, 32}},
                                            {"D", {1, 768, 37, 37}},
                                            {"C_cold", {1, 2048, 24, 32}, true},
                                            {"64xB", {64, 512, 24, 32}}};
  return all;
}

/// Post-ReLU activations: half of them zero. 160 MB of them, made once.
template <class T>
const std::vector<T>& activations() {
  static const std::vector<T> all = [] {
    std::mt19937 engine(1);
    std::normal_distribution<float> normal;
    std::vector<T> pattern(100003), x((std::size_t{160} << 20) / sizeof(T));
    for (T& v : pattern) {
      const float value = std::max(0.f, normal(engine));
      if constexpr (std::is_same_v<T, cnnpool::float16>) v = cnnpool::to_float16(value);
      else if constexpr (std::is_same_v<T, cnnpool::bfloat16>) v = cnnpool::to_bfloat16(value);
      else v = static_cast<T>(value);
    }
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = pattern[i % pattern.size()];
    return x;
  }();
  return all;
}

inline double median(std::vector<double> v) {
  if (v.empty()) return 0;
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

/// run(pointer to the activations of one turn)
template <class T, class Run>
void measure(benchmark::State& state, const workload& w, const Run& run) {
  using clock = std::chrono::steady_clock;
  const auto& x = activations<T>();
  const std::size_t count = static_cast<std::size_t>(w.shape.n * w.shape.c * w.shape.positions());
  const std::size_t step = (count + 63) / 64 * 64, slots = w.cold ? x.size() / step : 1;
  const int repeats = w.cold ? 1 : static_cast<int>(std::max<std::size_t>(1, 400000 / count));
  std::vector<double> ratios;
  std::size_t turn = 0;
  for (auto _ : state) {
    const T* first = x.data() + turn++ % slots * step;
    const T* second = x.data() + turn++ % slots * step;
    const auto start = clock::now();
    for (int r = 0; r < repeats; ++r)
      benchmark::DoNotOptimize(read_all(reinterpret_cast<const float*>(first), count * sizeof(T) / sizeof(float)));
    const auto between = clock::now();
    for (int r = 0; r < repeats; ++r) run(second);
    const auto end = clock::now();
    const double limit = std::chrono::duration<double>(between - start).count() / repeats;
    const double time = std::chrono::duration<double>(end - between).count() / repeats;
    state.SetIterationTime(time);
    ratios.push_back(limit / time * (sizeof(float) / static_cast<double>(sizeof(T))));
  }
  state.counters["rho"] = median(ratios);
}

/// One benchmark per workload: policy/layout/type/shape.
template <class T, class Policy>
void add(const std::string& name, const Policy& policy, bool channels_last = false, int threads = 1) {
  for (const workload& w : workloads()) {
    if (sizeof(T) * static_cast<std::size_t>(w.shape.n * w.shape.c * w.shape.positions()) > (std::size_t{160} << 20))
      continue;
    benchmark::RegisterBenchmark((name + "/" + w.name).c_str(), [=](benchmark::State& state) {
      cnnpool::descriptors<float> out(w.shape.n, cnnpool::descriptor_size(policy, w.shape));
      cnnpool::workspace workspace;
      const cnnpool::cpu backend{.threads = threads};
      measure<T>(state, w, [&](const T* x) {
        const cnnpool::strides layout = channels_last ? cnnpool::nhwc(w.shape) : cnnpool::nchw(w.shape);
        cnnpool::pool_into(backend, cnnpool::feature_view<T>(x, w.shape, layout), policy, out, workspace);
        benchmark::DoNotOptimize(out.data());
      });
    })->UseManualTime()->Unit(benchmark::kMicrosecond)->MinTime(0.15);
  }
}

}  // namespace benchmarks
