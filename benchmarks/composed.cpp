// NCHW float: CroW, R-MAC, and five statistics in one pass.
#include "measure.hpp"

int main(int argc, char** argv) {
  using namespace cnnpool;
  benchmarks::add<float>("crow", crow{});
  benchmarks::add<float>("five", concat(sum{}, average{}, max(), gem_p<3>{}, nonzero{}));
  benchmarks::add<float>("rmac", rmac{});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
