// NCHW float: the folds.
#include "measure.hpp"

int main(int argc, char** argv) {
  using namespace cnnpool;
  benchmarks::add<float>("sum", sum{});
  benchmarks::add<float>("max", max());
  benchmarks::add<float>("spoc", spoc{});
  benchmarks::add<float>("gem_p3", gem_p<3>{});
  benchmarks::add<float>("gem3", gem{});
  benchmarks::add<float>("gem4", gem{.p = 4});  // a whole p is multiplied out: what that is worth beside 2.7
  benchmarks::add<float>("gem2.7", gem{.p = 2.7});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
