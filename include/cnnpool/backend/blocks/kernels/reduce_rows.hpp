// Folds whose elements lie side by side (the planes of NCHW): a group of up to 32 threads per result.
//
// The threads of a group take 16 bytes in turn, starting at the aligned address at or before the row; elements of
// neighbouring rows in the first and last 16 bytes are left out. The group's states are merged in a fixed order.
#pragma once

#include "../kernel.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class X, class F, class W, class A>
struct row_blocks {
  using T = typename X::value_type;
  using fold_type = block_fold<X, F, W, A>;
  using state = typename fold_type::state;
  static constexpr int threads = 256, per_chunk = chunk_size<T>;

  fold_type fold;
  int group = 1;  // a power of two, from the length of a row only: results do not depend on the batch

  explicit row_blocks(const fold_type& f) : fold(f) {
    for (const index_t chunks = f.p.elements.count / per_chunk + 1; group < 32 && group * 4 < chunks;) group *= 2;
  }

  CNNPOOL_HD index_t results() const { return fold.p.images * fold.p.outputs.count; }
  CNNPOOL_HD index_t blocks() const { return (results() * group + threads - 1) / threads; }
  CNNPOOL_HD int steps() const { return 3; }
  CNNPOOL_HD int shared_bytes() const { return threads * static_cast<int>(sizeof(state)); }

  CNNPOOL_HD void run(int step, index_t block, int thread, char* shared) const {
    const index_t i = (block * threads + thread) / group;
    if (i >= results()) return;
    const index_t n = i / fold.p.outputs.count, o = i % fold.p.outputs.count;
    const auto& f = for_channel<A>(fold.fold, o);
    state* const own = reinterpret_cast<state*>(shared) + thread;
    const int lane = thread % group;
    if (step == 0) {
      *own = partial(f, n, o, lane);
    } else if (step == 1 && lane % 8 == 0) {
      state s = *own;
      for (int k = 1; k < 8 && k < group; ++k) s = f.merge(s, own[k]);
      *own = s;
    } else if (step == 2 && lane == 0) {
      state s = *own;
      for (int k = 8; k < group; k += 8) s = f.merge(s, own[k]);
      fold.store(f, s, n, o);
    }
  }

 private:
  template <class G>
  CNNPOOL_HD state partial(const G& f, index_t n, index_t o, int lane) const {
    const auto& p = fold.p;
    const T* const x = p.start(n, o);
    const index_t count = p.elements.count;
    state s = f.template init<A>();
    if (p.elements.inner != count || (p.elements.inner_stride != 1 && count > 1)) {
      for (index_t i = lane; i < count; i += group) s = fold.stepped(f, s, x[p.elements.offset(i)], n, i);
      return s;
    }
    const int before = static_cast<int>(reinterpret_cast<std::size_t>(x) % 16 / sizeof(T));
    for (index_t first = lane * index_t{per_chunk} - before; first < count; first += group * per_chunk) {
      if (first >= 0 && first + per_chunk <= count) {
        const auto c = load_chunk<per_chunk>(x + first);
        CNNPOOL_UNROLL(16)
        for (int k = 0; k < per_chunk; ++k) s = fold.stepped(f, s, c.v[k], n, first + k);
      } else if (x + first >= p.x.view.data() && x + first + per_chunk <= p.x.view.data() + p.end) {
        const auto c = load_chunk<per_chunk>(x + first);
        CNNPOOL_UNROLL(16)
        for (int k = 0; k < per_chunk; ++k)
          if (first + k >= 0 && first + k < count) s = fold.stepped(f, s, c.v[k], n, first + k);
      } else {
        CNNPOOL_UNROLL(16)
        for (int k = 0; k < per_chunk; ++k)
          if (first + k >= 0 && first + k < count) s = fold.stepped(f, s, x[first + k], n, first + k);
      }
    }
    return s;
  }
};

}  // namespace cnnpool::detail
