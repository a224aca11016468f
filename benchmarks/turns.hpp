// Methods that do the same work, in turns: a round is limit, method, limit, next method, ..., so that all meet the
// same clock speed and neighbours, and each finds the caches as the limit left them (and so does the limit, which
// runs once more before, untimed). The first method is ours. Reported: its time and rho, the median of (time of the
// limit / time of the method); for every peer rho_PEER, and times_PEER, the median over the rounds of (time of the
// peer / time of ours). What the peers compute is compared before.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <vector>

#if defined(_OPENMP)
#include <omp.h>
#endif

#include "measure.hpp"

#if defined(CNNPOOL_BENCHMARK_OPENBLAS)
#include <cblas.h>
#endif
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
#include <vl/generic.h>
#endif

namespace benchmarks {

struct method {
  std::string name;
  std::function<void()> run;
};

inline double seconds(const std::function<void()>& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline void add_turns(const std::string& name, int rounds, const std::function<void()>& limit,
                      const std::vector<method>& methods) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    std::vector<std::vector<double>> rho(methods.size()), times(methods.size());
    for (auto _ : state) {
      double ours = 0;
      for (std::size_t m = 0; m < methods.size(); ++m) {
        limit();
        const double l = seconds(limit), t = seconds(methods[m].run);
        if (m == 0) state.SetIterationTime(ours = t);
        rho[m].push_back(l / t);
        times[m].push_back(t / ours);
      }
    }
    state.counters["rho"] = median(rho[0]);
    for (std::size_t m = 1; m < methods.size(); ++m) {
      state.counters["rho_" + methods[m].name] = median(rho[m]);
      state.counters["times_" + methods[m].name] = median(times[m]);
    }
  })->UseManualTime()->Unit(benchmark::kMicrosecond)->Iterations(rounds);
}

/// Ends the program where a peer computes something else: comparing times would then mean nothing.
inline void expect(bool agrees, const std::string& what) {
  std::printf("check: %s\n", what.c_str());
  if (agrees) return;
  std::fprintf(stderr, "benchmarks: %s: that is not the same result\n", what.c_str());
  std::exit(1);
}

/// Runs every method once and compares what it leaves in its output with what the first one leaves.
inline void compare_results(const std::string& work, const std::vector<method>& methods,
                            const std::vector<std::span<const float>>& outputs) {
  for (const method& m : methods) m.run();
  for (std::size_t m = 1; m < methods.size(); ++m) {
    double product = 0, ours = 0, theirs = 0, apart = 0, largest = 0;
    for (std::size_t i = 0; i < outputs[0].size(); ++i) {
      const double a = static_cast<double>(outputs[0][i]), b = static_cast<double>(outputs[m][i]);
      product += a * b;
      ours += a * a;
      theirs += b * b;
      apart = std::max(apart, std::abs(a - b));
      largest = std::max(largest, std::abs(a));
    }
    const double cosine = product / std::sqrt(ours * theirs);
    char text[160];
    std::snprintf(text, sizeof text, ": cosine %.7f, largest difference %.1e of the largest component", cosine,
                  apart / largest);
    expect(cosine > 0.9999, work + ": " + methods[m].name + text);
  }
}

/// One thread in every library that has threads.
inline void use_one_thread() {
#if defined(_OPENMP)
  omp_set_num_threads(1);  // FAISS's and Eigen's
#endif
#if defined(CNNPOOL_BENCHMARK_OPENBLAS)
  openblas_set_num_threads(1);
#endif
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
  vl_set_num_threads(1);
#endif
}

}  // namespace benchmarks
