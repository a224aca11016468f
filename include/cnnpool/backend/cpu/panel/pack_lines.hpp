// Lines of a view (rows of a product, positions or channels of a map) packed side by side, whatever lies between their
// elements in memory: products, nearest centres and residuals are computed from them.
#pragma once

#include "../pack_reduce.hpp"
#include "panel.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// `rows` runs of `count` adjacent numbers, `step` apart, transposed: number j of run i goes to to[j*pitch + i].
template <class Target, class T>
CNNPOOL_INLINE void turn(const T* from, index_t step, index_t rows, index_t count, T* to, index_t pitch) {
  using V = pack<T, target_width<Target, T, 32 / static_cast<int>(sizeof(T))>>;
  constexpr index_t N = width<V>;
  const index_t whole = N > 1 ? count / N * N : 0;
  index_t i = 0;
  for (; N > 1 && i + N <= rows; i += N)
    for (index_t j = 0; j < whole; j += N) {
      V square[array_size(N)];
      CNNPOOL_UNROLL(8)
      for (int k = 0; k < N; ++k) square[k] = loaded<V>(from + (i + k) * step + j);
      if constexpr (N > 1) transpose(square);
      CNNPOOL_UNROLL(8)
      for (int k = 0; k < N; ++k) stored(square[k], to + (j + k) * pitch + i);
    }
  for (index_t j = 0; j < count; ++j) {
    const index_t done = j < whole ? i : 0;
    if (done < rows) copy_elements(to + j * pitch + done, from + done * step + j, rows - done, step);
  }
}

/// Some lines, whose elements are wanted side by side: element i of line o goes to to[(o - first)*pitch + i - start].
struct line_block {
  index_t at;      // where line 0 begins
  two_level_axis across;  // from line to line: first .. first+count-1
  index_t first, count;
  two_level_axis along;  // from element to element: start .. start+size-1
  index_t start, size;
};

template <class T>
struct pack_task {
  const panel_source<T>& from;
  const line_block& block;
  T* to;
  index_t pitch;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    if (block.along.inner_stride == 1 || block.across.inner_stride != 1) along_memory<Target>();
    else across_memory<Target>();
  }

 private:
  template <class Target>
  CNNPOOL_INLINE void along_memory() const {
    const auto& [at, across, first, count, along, start, size] = block;
    const bool whole = from.in_place && along.inner_stride == 1 && start % along.inner + size <= along.inner;
    for (index_t o = 0; o < count; ++o) {
      T* const line = to + o * pitch;
      const index_t begin = at + across.offset(first + o);
      if (!whole) {
        from.load_line(begin, along, start, size, line);
        continue;
      }
      using V = pack<T, target_width<Target, T, 32 / static_cast<int>(sizeof(T))>>;
      const T* const x = from + (begin + along.offset(start));
      index_t i = 0;
      for (; i + width<V> <= size; i += width<V>) stored(loaded<V>(x + i), line + i);
      for (; i < size; ++i) line[i] = x[i];
    }
  }

  /// Memory runs across the lines: one element of many of them at a time.
  template <class Target>
  CNNPOOL_INLINE void across_memory() const {
    const auto& [at, across, first, count, along, start, size] = block;
    constexpr index_t most = 64;
    alignas(64) unsigned char memory[array_size(panel_size<T>) * sizeof(T)];
    T* const panel = reinterpret_cast<T*>(memory);
    for (index_t o = 0, run; o < count; o += run) {
      run = across.inner - (first + o) % across.inner;
      run = run < count - o ? run : count - o;
      run = run < most ? run : most;
      for (index_t i = 0, some; i < size; i += some) {
        some = along.inner - (start + i) % along.inner;
        some = some < size - i ? some : size - i;
        if (!from.in_place && some > panel_size<T> / most) some = panel_size<T> / most;
        const index_t here = at + across.offset(first + o) + along.offset(start + i);
        T* const corner = to + o * pitch + i;
        if (from.in_place) {
          turn<Target>(from + here, along.inner_stride, some, run, corner, pitch);
        } else {
          for (index_t k = 0; k < some; ++k) from.load(here + k * along.inner_stride, 1, run, panel + k * run);
          turn<Target>(panel, run, some, run, corner, pitch);
        }
      }
    }
  }
};

/// A function, so that it is compiled once per instruction set and not in every kernel.
template <class T>
using line_packing = void (*)(const panel_source<T>& from, const line_block& block, T* to, index_t pitch);

inline namespace CNNPOOL_CPU_LANES {

template <class T, class Target>
void pack_lines(const panel_source<T>& from, const line_block& block, T* to, index_t pitch) {
  dispatch_as<Target>(pack_task<T>{from, block, to, pitch});
}

}  // namespace CNNPOOL_CPU_LANES

/// Dispatched to a target, stores that target's function.
template <class T>
struct packing_choice {
  line_packing<T>& chosen;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    chosen = pack_lines<T, Target>;
  }
};

inline namespace CNNPOOL_CPU_VARIANT {

template <class T>
line_packing<T> packing_of(instruction_set wanted) {
  line_packing<T> f;
  dispatch_to(wanted, packing_choice<T>{f});
  return f;
}

}  // namespace CNNPOOL_CPU_VARIANT

/// A function that is applied while a source is read, to packed numbers.
template <class Target, class T, class Read>
CNNPOOL_INLINE void read_packed(const Read& read, T* x, index_t count) {
  if constexpr (!std::is_same_v<Read, read_as_is>) {
    using V = pack<T, target_width<Target, T, 16>>;
    index_t i = 0;
    for (; i + width<V> <= count; i += width<V>) stored(read(loaded<V>(x + i)), x + i);
    for (; i < count; ++i) x[i] = read(x[i]);
  }
}

}  // namespace cnnpool::detail
