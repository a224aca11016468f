// What the machine's multipliers can do: independent fused multiply-adds in registers, at the widest instruction set.
// The limit of products, as read_limit.hpp is of folds.
#pragma once

#include <cnnpool/backend/cpu/kernels/contract.hpp>

namespace benchmarks {

struct fma_loop {
  long rounds;
  float* kept;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    using V = cnnpool::kernel::pack<float, cnnpool::detail::target_width<Target, float, 16>>;
    constexpr int pipelines = 10;  // more than latency times units
    V sums[pipelines];
    for (int k = 0; k < pipelines; ++k) sums[k] = V(static_cast<float>(k));
    const V factor(0.999f), term(0.001f);
    // As many operations on every level: wider registers need fewer rounds.
    const long count = rounds * 16 / cnnpool::detail::width<V>;
    for (long i = 0; i < count; ++i) {
      CNNPOOL_UNROLL(10)
      for (int k = 0; k < pipelines; ++k) sums[k] = multiply_add(sums[k], factor, term);
    }
    for (int k = 0; k < pipelines; ++k) cnnpool::detail::stored(sums[k], kept + k * cnnpool::detail::width<V>);
  }
};

/// Does `flops` floating-point operations, rounded up.
inline void multiply_add_all(double flops) {
  static float kept[160];
  cnnpool::detail::dispatch_to(cnnpool::instruction_set::avx512, fma_loop{static_cast<long>(flops / 320) + 1, kept});
}

}  // namespace benchmarks
