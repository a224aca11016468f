// Sums of residuals by group. For every group the sums of a run of channels stay in registers while its positions are
// read, in logical order; the threads share images and runs of channels. Maps whose channels are not adjacent numbers
// of the accumulator's type are first copied position by position, a run of channels at a time.
#pragma once

#include "contract.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class Read, class W, class A>
struct residuals_problem {
  static constexpr index_t channels = 64;  // per run

  reduction_geometry<A> p;  // its outputs are the positions, its elements the channels
  panel_source<A> from;
  line_packing<A> pack;
  Read read;
  matrix<const A> assignments, scales, weights;
  matrix<const W> centres;
  matrix<A> out;

  index_t runs() const { return (p.elements.count + channels - 1) / channels; }
  /// A worker's memory in bytes: a copy of a run, the positions by group, where groups start.
  index_t copy() const { return p.outputs.count * channels * static_cast<index_t>(sizeof(A)); }
  index_t buffer() const {
    return copy() + (p.outputs.count + centres.rows + 64) / 64 * 64 * static_cast<index_t>(sizeof(index_t));
  }
};

template <class Read, class W, class A>
struct residuals_share {
  using problem = residuals_problem<Read, W, A>;
  static constexpr index_t run_channels = problem::channels;

  const problem& all;
  index_t first, last;
  char* buffer;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    const reduction_geometry<A>& p = all.p;
    // Maps of NHWC are summed where they lie.
    const bool there = all.from.in_place && std::is_same_v<Read, read_as_is> && p.elements.inner == p.elements.count &&
                       p.elements.inner_stride == 1;
    index_t sorted = -1;
    for (index_t i = first; i < last; ++i) {
      const index_t n = i / all.runs(), c = i % all.runs() * run_channels, left = p.elements.count - c;
      if (n != sorted) sort(n);
      sorted = n;
      if (there && left >= run_channels) {
        add_groups<Target>(all.from + (n * p.image_stride + c), p.outputs, n, c, run_channels);
        continue;
      }
      const index_t count = left < run_channels ? left : run_channels;
      copy_run<Target>(n, c, count);
      add_groups<Target>(copied(), {p.outputs.count, p.outputs.count, 0, run_channels}, n, c, count);
    }
  }

 private:
  A* copied() const { return reinterpret_cast<A*>(buffer); }
  /// Positions by group, in logical order; group k ends at ends()[k].
  index_t* order() const { return reinterpret_cast<index_t*>(buffer + all.copy()); }
  index_t* ends() const { return order() + all.p.outputs.count; }

  CNNPOOL_INLINE void sort(index_t n) const {
    const index_t positions = all.p.outputs.count, clusters = all.centres.rows;
    for (index_t k = 0; k < clusters; ++k) ends()[k] = 0;
    for (index_t p = 0; p < positions; ++p) ++ends()[static_cast<index_t>(all.assignments(n, p))];
    index_t start = 0;
    for (index_t k = 0; k < clusters; ++k) {
      const index_t size = ends()[k];
      ends()[k] = start;
      start += size;
    }
    for (index_t p = 0; p < positions; ++p) order()[ends()[static_cast<index_t>(all.assignments(n, p))]++] = p;
  }

  /// Channels c .. c+count-1 of every position, zeros up to a whole run.
  template <class Target>
  CNNPOOL_INLINE void copy_run(index_t n, index_t c, index_t count) const {
    const reduction_geometry<A>& p = all.p;
    const index_t positions = p.outputs.count;
    all.pack(all.from, {n * p.image_stride, p.outputs, 0, positions, p.elements, c, count}, copied(), run_channels);
    for (index_t i = 0; count < run_channels && i < positions; ++i)
      for (index_t j = count; j < run_channels; ++j) copied()[i * run_channels + j] = A(0);
    read_packed<Target>(all.read, copied(), positions * run_channels);
  }

  /// from: run_channels adjacent numbers for every position, where `at` says.
  template <class Target>
  CNNPOOL_INLINE void add_groups(const A* from, const two_level_axis& at, index_t n, index_t c, index_t count) const {
    using V = pack<A, target_width<Target, A, 16>>;
    constexpr int M = static_cast<int>(run_channels) / width<V>, most = M < 8 ? M : 8;  // registers at a time
    const bool plain = all.scales.data == nullptr && all.weights.data == nullptr;
    index_t i = 0;
    for (index_t k = 0; k < all.centres.rows; ++k) {
      A centre[array_size(run_channels)] = {}, sum[array_size(run_channels)];
      for (index_t j = 0; j < count; ++j) centre[j] = static_cast<A>(all.centres(k, c + j));
      const index_t start = i;
      for (int m = 0; m < M; m += most) {
        V sums[array_size(most)];
        CNNPOOL_UNROLL(8)
        for (int r = 0; r < most; ++r) sums[r] = V(A(0));
        for (i = start; i < ends()[k]; ++i) {
          const index_t p = order()[i];
          const A* const x = from + at.offset(p) + m * width<V>;
          if (plain) {
            CNNPOOL_UNROLL(8)
            for (int r = 0; r < most; ++r)
              sums[r] = sums[r] + (loaded<V>(x + r * width<V>) - loaded<V>(centre + (m + r) * width<V>));
          } else {
            const V scale(all.scales.data == nullptr ? A(1) : all.scales(n, p));
            const V weight(all.weights.data == nullptr ? A(1) : all.weights(n, p));
            CNNPOOL_UNROLL(8)
            for (int r = 0; r < most; ++r)
              sums[r] = multiply_add(loaded<V>(x + r * width<V>) * scale - loaded<V>(centre + (m + r) * width<V>),
                                     weight, sums[r]);
          }
        }
        CNNPOOL_UNROLL(8)
        for (int r = 0; r < most; ++r) stored(sums[r], sum + (m + r) * width<V>);
      }
      i = ends()[k];
      for (index_t j = 0; j < count; ++j) all.out(n, k * all.p.elements.count + c + j) = sum[j];
    }
  }
};

}  // namespace cnnpool::detail
