// Parts of the heads of vision transformers: GeM of unit positions against reading the map, and MegaLoc's layer for a
// batch of 8 against reading its weights.
#include "turns.hpp"

namespace {

using cnnpool::index_t;

void add_gem(const std::string& name, index_t n, double p) {
  const benchmarks::workload w{"", {n, 768, 23, 23}};
  benchmark::RegisterBenchmark((name + "/" + std::to_string(n) + "x23x23x768").c_str(), [=](benchmark::State& state) {
    const auto policy = cnnpool::unit_positions{} | cnnpool::gem{.p = p};
    cnnpool::descriptors<float> out(n, 768);
    cnnpool::workspace workspace;
    benchmarks::measure<float>(state, w, [&](const float* x) {
      const cnnpool::feature_view<float> view(x, w.shape, cnnpool::nhwc(w.shape));
      cnnpool::pool_into(cnnpool::cpu{.threads = 1}, view, policy, out, workspace);
      benchmark::DoNotOptimize(out.data());
    });
  })->UseManualTime()->Unit(benchmark::kMicrosecond)->MinTime(0.3);
}

template <class T>
T number(float x) {
  if constexpr (std::is_same_v<T, cnnpool::float16>) return cnnpool::to_float16(x);
  else return x;
}

/// The limit of W in 16 bits is reading half of the bytes.
template <class T>
void add_linear(const std::string& name) {
  static constexpr index_t n = 8, d = 16640, outputs = 8448;
  static std::vector<T> weights;
  static std::vector<float> biases(outputs);
  static cnnpool::descriptors<float> in(n, d), out(n, outputs);
  static cnnpool::linear<T> layer;
  static cnnpool::workspace workspace;
  const std::size_t floats = static_cast<std::size_t>(d * outputs) * sizeof(T) / sizeof(float);
  const auto make = [] {  // not where the filter leaves it out
    if (!weights.empty()) return;
    std::mt19937 engine(3);
    std::normal_distribution<float> normal;
    std::vector<T> some(100003);
    for (T& v : some) v = number<T>(normal(engine) / 128);
    weights.resize(static_cast<std::size_t>(d * outputs));
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = some[i % some.size()];
    for (float& v : biases) v = normal(engine);
    for (index_t i = 0; i < n * d; ++i) in.data()[i] = normal(engine);
    layer = cnnpool::linear<T>::over(weights, biases);
  };
  benchmarks::add_turns(name + "/8x16640to8448", 15, [=] {
    make();
    benchmark::DoNotOptimize(benchmarks::read_all(reinterpret_cast<const float*>(weights.data()), floats));
  }, {{"cnnpool", [=] {
    make();
    const cnnpool::feature_view<float> v(in.data(), {.n = n, .c = d}, cnnpool::nchw);
    cnnpool::pool_into(cnnpool::cpu{.threads = 1}, v, cnnpool::sum{} | layer, out, workspace);
    benchmark::DoNotOptimize(out.data());
  }}});
}

}  // namespace

int main(int argc, char** argv) {
  for (const index_t n : {1, 16}) {
    add_gem("unit gem, p = 3", n, 3);
    add_gem("unit gem, p = 2.7", n, 2.7);
  }
  add_linear<float>("linear, float");
  add_linear<cnnpool::float16>("linear, float16");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
