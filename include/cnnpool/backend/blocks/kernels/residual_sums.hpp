// Sums of residuals by group: a thread owns one channel and every parts-th group, keeps their sums in shared memory and
// takes the positions in logical order, loading 16 of them at a time.
#pragma once

#include "../kernel.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class X, class W, class A>
struct residual_blocks {
  using T = typename X::value_type;
  static constexpr int threads = 128, shared_limit = 48 << 10;

  fold_problem<X, A> p;
  matrix<const A> groups, scales, weights;
  matrix<const W> centres;
  int lanes;  // channels of a block

  residual_blocks(const X& x, const matrix<const A>& groups_, const matrix<const A>& scales_,
                  const matrix<const A>& weights_, const matrix<const W>& centres_, const matrix<A>& out)
      : p(x, false, out), groups(groups_), scales(scales_), weights(weights_), centres(centres_), lanes(threads) {
    while (lanes > least_lanes && (lanes >= 2 * p.outputs.count || lanes * bytes_per_lane(centres_) > shared_limit))
      lanes /= 2;
  }
  /// Whether the sums of a few channels fit into the shared memory of a block.
  static bool fits(const matrix<const W>& centres) { return least_lanes * bytes_per_lane(centres) <= shared_limit; }

  CNNPOOL_HD index_t per_image() const { return (p.outputs.count + lanes - 1) / lanes; }
  CNNPOOL_HD index_t blocks() const { return p.images * per_image(); }
  CNNPOOL_HD int steps() const { return 1; }
  CNNPOOL_HD int shared_bytes() const { return lanes * static_cast<int>(bytes_per_lane(centres)); }

  CNNPOOL_HD void run(int, index_t block, int thread, char* shared) const {
    const index_t n = block / per_image(), channel = block % per_image() * lanes + thread % lanes;
    if (channel >= p.outputs.count) return;
    const int parts = threads / lanes, part = thread / lanes, clusters = static_cast<int>(centres.rows);
    A* const sums = reinterpret_cast<A*>(shared) + thread % lanes;
    for (int k = part; k < clusters; k += parts) sums[k * lanes] = A(0);
    const T* const x = p.start(n, channel);
    for (index_t first = 0; first < p.elements.count; first += ahead) {
      T stored[array_size(ahead)];
      A centre[array_size(ahead)];
      int of[array_size(ahead)];
      CNNPOOL_UNROLL(16)
      for (int i = 0; i < ahead; ++i) {
        const index_t at = first + i;
        const int k = at < p.elements.count ? static_cast<int>(groups(n, at)) : -1;
        of[i] = k % parts == part ? k : -1;
      }
      CNNPOOL_UNROLL(16)
      for (int i = 0; i < ahead; ++i)
        if (of[i] >= 0) {
          stored[i] = x[p.elements.offset(first + i)];
          centre[i] = static_cast<A>(centres(of[i], channel));
        }
      CNNPOOL_UNROLL(16)
      for (int i = 0; i < ahead; ++i)
        if (of[i] >= 0) sums[of[i] * lanes] += residual(stored[i], n, first + i, centre[i]);
    }
    A* const to = p.result + n * p.by_image + channel * p.by_output;
    for (int k = part; k < clusters; k += parts) to[k * p.by_value] = sums[k * lanes];
  }

 private:
  static constexpr int ahead = 16, least_lanes = 8;

  CNNPOOL_HD static index_t bytes_per_lane(const matrix<const W>& centres) {
    return centres.rows * static_cast<index_t>(sizeof(A));
  }
  CNNPOOL_HD A residual(const T& stored, index_t n, index_t at, const A& centre) const {
    const A v = p.x.read(as_lane<A>(stored, p.x.view.quantized()));
    const A r = (scales.data == nullptr ? v : v * scales(n, at)) - centre;
    return weights.data == nullptr ? r : r * weights(n, at);
  }
};

}  // namespace cnnpool::detail
