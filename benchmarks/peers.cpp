// The same work by Eigen and by xtensor (both without -march flags, like the library): sum, max and GeM over NCHW
// float.
#include "measure.hpp"

#include <array>

#include <Eigen/Core>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace {

template <class Run>
void add(const std::string& name, const Run& run) {
  for (const benchmarks::workload& w : benchmarks::workloads())
    benchmark::RegisterBenchmark((name + "/" + w.name).c_str(), [=](benchmark::State& state) {
      std::vector<float> out(static_cast<std::size_t>(w.shape.n * w.shape.c));
      benchmarks::measure<float>(state, w, [&](const float* x) {
        run(x, w.shape.n * w.shape.c, w.shape.positions(), out.data());
        benchmark::DoNotOptimize(out.data());
      });
    })->UseManualTime()->Unit(benchmark::kMicrosecond)->MinTime(0.15);
}

using rows = Eigen::Map<const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using column = Eigen::Map<Eigen::Array<float, Eigen::Dynamic, 1>>;

auto adapted(const float* x, std::ptrdiff_t channels, std::ptrdiff_t positions) {
  const std::size_t c = static_cast<std::size_t>(channels), n = static_cast<std::size_t>(positions);
  return xt::adapt(x, c * n, xt::no_ownership(), std::array<std::size_t, 2>{c, n});
}

}  // namespace

int main(int argc, char** argv) {
  add("eigen_sum", [](const float* x, auto c, auto n, float* out) { column(out, c) = rows(x, c, n).rowwise().sum(); });
  add("eigen_max",
      [](const float* x, auto c, auto n, float* out) { column(out, c) = rows(x, c, n).rowwise().maxCoeff(); });
  add("eigen_gem3", [](const float* x, auto c, auto n, float* out) {
    column(out, c) = rows(x, c, n).max(1e-6f).cube().rowwise().mean().pow(1.f / 3);
  });
  add("xtensor_sum", [](const float* x, auto c, auto n, float* out) {
    const xt::xtensor<float, 1> r = xt::sum(adapted(x, c, n), {1}, xt::evaluation_strategy::immediate);
    std::copy(r.begin(), r.end(), out);
  });
  add("xtensor_max", [](const float* x, auto c, auto n, float* out) {
    const xt::xtensor<float, 1> r = xt::amax(adapted(x, c, n), {1}, xt::evaluation_strategy::immediate);
    std::copy(r.begin(), r.end(), out);
  });
  add("xtensor_gem3", [](const float* x, auto c, auto n, float* out) {
    const auto clamped = xt::maximum(adapted(x, c, n), 1e-6f);
    const xt::xtensor<float, 1> r =
        xt::pow(xt::mean(clamped * clamped * clamped, {1}, xt::evaluation_strategy::immediate), 1.f / 3);
    std::copy(r.begin(), r.end(), out);
  });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
