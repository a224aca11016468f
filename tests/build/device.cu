// The headers under nvcc without a warning: the host side pools on scalar lanes, and the library's folds run in a
// kernel.
#include <cstdio>

#include <cnnpool/cnnpool.hpp>

template <class Fold>
__global__ void fold_on_device(Fold fold, const float* x, cnnpool::index_t n, float* out) {
  auto state = fold.template init<float>();
  for (cnnpool::index_t i = 0; i < n; ++i) state = fold.step(state, x[i]);
  *out = fold.finish(fold.merge(state, fold.template init<float>()), n);
}
template __global__ void fold_on_device(cnnpool::sum, const float*, cnnpool::index_t, float*);
template __global__ void fold_on_device(cnnpool::average, const float*, cnnpool::index_t, float*);
template __global__ void fold_on_device(cnnpool::max_policy, const float*, cnnpool::index_t, float*);

int main() {
  const float values[] = {1, 2, 3, 5};
  const cnnpool::feature_view<float> x(values, {.c = 2, .h = 1, .w = 2}, cnnpool::nchw);
  const auto policy = cnnpool::concat(cnnpool::sum{}, cnnpool::max(), cnnpool::gem{});
  const auto d = cnnpool::pool(x, policy);
  std::printf("%g %g %g %g\n", double(d(0, 0)), double(d(0, 1)), double(d(0, 2)), double(d(0, 3)));
  const bool good = d(0, 0) == 3 && d(0, 1) == 8 && d(0, 2) == 2 && d(0, 3) == 5;
  return good && cnnpool::pool(x, policy | cnnpool::l2{}).cols() == 6 ? 0 : 1;
}
