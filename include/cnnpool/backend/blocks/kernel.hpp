// Kernels for blocks of threads that share memory: what a GPU runs, in plain C++.
//
// A kernel is a trivially copyable struct with
//   threads            how many threads a block has
//   blocks(), steps(), shared_bytes()
//   run(step, block, thread, shared)     what one thread of a block does in one step
//   registers          optional: what a thread keeps from step to step, uninitialised at step 0; passed to run as a
//                      fifth argument, by reference
//   resident           optional: how many blocks a multiprocessor should hold at once (with fewer registers each)
// All threads of a block finish a step before the next one starts, and within a step no thread reads what another one
// writes. On a GPU a step ends with a barrier; on a host the threads of a step run one after the other, in any order,
// which is how the kernels are tested on machines without a GPU.
#pragma once

#include "../for_each_backend.hpp"
#include "../reduction_geometry.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

struct unweighted {};

struct no_registers {};
template <class K>
struct registers_of {
  using type = no_registers;
};
template <class K>
  requires requires { typename K::registers; }
struct registers_of<K> {
  using type = typename K::registers;
};

template <class K>
constexpr int resident_blocks() {
  if constexpr (requires { K::resident; }) return K::resident;
  else return 1;
}

template <class K>
CNNPOOL_HD void run_step(const K& kernel, int step, index_t block, int thread, char* shared,
                         [[maybe_unused]] typename registers_of<K>::type& own) {
  if constexpr (requires { typename K::registers; }) kernel.run(step, block, thread, shared, own);
  else kernel.run(step, block, thread, shared);
}

/// `Count` elements of T that a thread loads at once.
template <class T, int Count>
struct alignas(static_cast<std::size_t>(Count) * sizeof(T)) chunk {
  T v[array_size(Count)];
};
template <class T>
inline constexpr int chunk_size = 16 / static_cast<int>(sizeof(T));

template <int Count, class T>
CNNPOOL_HD bool is_aligned(const T* p) {
  return reinterpret_cast<std::size_t>(p) % sizeof(chunk<T, Count>) == 0;
}
template <int Count, class T>
CNNPOOL_HD chunk<T, Count> load_chunk(const T* p) {
  chunk<T, Count> c;
  copy_bytes(&c, __builtin_assume_aligned(p, alignof(chunk<T, Count>)), sizeof c);
  return c;
}

/// One fold of a problem, at the element level.
template <class X, class F, class W, class A>
struct block_fold {
  using T = typename X::value_type;
  using state = typename F::template state<A>;
  static constexpr bool weighted = !std::is_same_v<W, unweighted>;

  fold_problem<X, A> p;
  F fold;
  W weights;
  index_t weights_stride;

  CNNPOOL_HD A lane(const T& stored) const { return p.x.read(as_lane<A>(stored, p.x.view.quantized())); }
  /// Steps s with element i of image n, whose value is `stored`.
  template <class G>
  CNNPOOL_HD state stepped(const G& f, const state& s, const T& stored, index_t n, index_t i) const {
    if constexpr (weighted) return f.step(s, lane(stored), weights[n * weights_stride + i]);
    else return f.step(s, lane(stored));
  }
  template <class G>
  CNNPOOL_HD void store(const G& f, const state& s, index_t n, index_t o) const {
    const element_at x{*this, p.start(n, o)};
    if constexpr (weighted) store_result(finished<A>(f, s, p.elements.count, x, weights + n * weights_stride), n, o);
    else store_result(finished<A>(f, s, p.elements.count, x), n, o);
  }

 private:
  struct element_at {
    const block_fold& b;
    const T* x;
    CNNPOOL_HD A operator()(index_t i) const { return b.lane(x[b.p.elements.offset(i)]); }
  };
  template <class R>
  CNNPOOL_HD void store_result(const R& result, index_t n, index_t o) const {
    A* const at = p.result + n * p.by_image + o * p.by_output;
    for (int k = 0; k < value_count<R>; ++k) at[k * p.by_value] = value(result, k);
  }
};

}  // namespace cnnpool::detail
