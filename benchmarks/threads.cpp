// Two threads against one (compiled with OpenMP).
#include "measure.hpp"

int main(int argc, char** argv) {
  using namespace cnnpool;
  for (const int threads : {1, 2}) {
    const std::string suffix = "_threads" + std::to_string(threads);
    benchmarks::add<float>("sum" + suffix, sum{}, false, threads);
    benchmarks::add<float>("rmac" + suffix, rmac{}, false, threads);
    benchmarks::add<float>("gem2.7" + suffix, gem{.p = 2.7}, false, threads);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
