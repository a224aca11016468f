// NHWC, and half-precision activations.
#include "measure.hpp"

int main(int argc, char** argv) {
  using namespace cnnpool;
  benchmarks::add<float>("sum_nhwc", sum{}, true);
  benchmarks::add<float>("max_nhwc", max(), true);
  benchmarks::add<float>("rmac_nhwc", rmac{}, true);
  benchmarks::add<float16>("sum_fp16", sum{});
  benchmarks::add<bfloat16>("sum_bf16", sum{});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
