// Stored elements as adjacent numbers, one function per element type and instruction set.
#pragma once

#include "../target.hpp"
#include "../load.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// `count` elements at a stride (in elements), dequantised, as adjacent numbers of T.
template <class T>
using conversion = void (*)(const void* from, index_t stride, index_t count, const quantization& scale, T* to);

template <class S, class T>
struct convert_task {
  const S* from;
  index_t stride, count;
  const quantization& scale;
  T* to;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    using V = pack<T, target_width<Target, T, 16>>;
    constexpr index_t N = width<V>;
    const reader<Target, S, read_as_is, T> read(scale);
    index_t i = 0;
    if (stride == 1 && count >= N) {
      for (; i + 4 * N <= count; i += 4 * N) {
        CNNPOOL_PREFETCH(from + i + count);  // of a row, what the next panel holds
        CNNPOOL_UNROLL(4)
        for (index_t j = 0; j < 4; ++j) stored(read.template adjacent<V>(from + i + j * N), to + i + j * N);
      }
      for (; i + N <= count; i += N) stored(read.template adjacent<V>(from + i), to + i);
      if (i < count) stored(read.template adjacent<V>(from + count - N), to + count - N);
      return;
    }
    S some[array_size(N)] = {};
    for (; i < count; i += N) {
      const index_t left = count - i < N ? count - i : N;
      copy_elements(some, from + i * stride, left, stride);
      stored(read.template adjacent<V>(some), to + i, left, 1);
    }
  }
};

inline namespace CNNPOOL_CPU_LANES {

template <class S, class T>
void copy_run(const void* from, index_t stride, index_t count, const quantization&, T* to) {
  const S* x = static_cast<const S*>(from);
  if (stride == 1) copy_bytes(to, x, static_cast<std::size_t>(count) * sizeof(T));
  else copy_elements(to, x, count, stride);
}
template <class S, class T, class Target>
void convert_run(const void* from, index_t stride, index_t count, const quantization& scale, T* to) {
  dispatch_as<Target>(convert_task<S, T>{static_cast<const S*>(from), stride, count, scale, to});
}

}  // namespace CNNPOOL_CPU_LANES

/// Dispatched to a target, stores that target's function.
template <class S, class T>
struct conversion_choice {
  conversion<T>& chosen;

  template <class Target>
  CNNPOOL_INLINE void operator()() const {
    chosen = convert_run<S, T, Target>;
  }
};

inline namespace CNNPOOL_CPU_VARIANT {

template <class S, class T>
conversion<T> conversion_of([[maybe_unused]] instruction_set wanted) {
  if constexpr (std::is_same_v<S, T>) {
    return copy_run<S, T>;
  } else {
    conversion<T> f;
    dispatch_to(wanted, conversion_choice<S, T>{f});
    return f;
  }
}

}  // namespace CNNPOOL_CPU_VARIANT
}  // namespace cnnpool::detail
