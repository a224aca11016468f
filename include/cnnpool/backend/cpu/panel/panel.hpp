// Panels: elements of any type, layout and stride as adjacent numbers of the type that a kernel reads.
//
// Reading is separate from folding: a kernel sees numbers where they lie, if they are of its type and side by side, or
// a panel of them in the first-level cache. What fills panels is compiled once per element type and instruction set,
// never per fold.
#pragma once

#include "convert.hpp"
#include "../../reduction_geometry.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// How many numbers a panel has: 8 KB.
template <class T>
inline constexpr index_t panel_size = 8192 / static_cast<index_t>(sizeof(T));

/// A view's elements, for kernels that read numbers of type T.
template <class T>
struct panel_source {
  const unsigned char* data;
  index_t bytes;  // of a stored element
  quantization scale;
  conversion<T> convert;
  bool in_place;  // stored elements are T's

  /// Element `at` (in elements from the start) where it lies.
  CNNPOOL_INLINE const T* operator+(index_t at) const { return reinterpret_cast<const T*>(data) + at; }

  /// `count` elements at a stride.
  void load(index_t at, index_t stride, index_t count, T* to) const {
    convert(data + at * bytes, stride, count, scale, to);
  }
  /// Elements first .. first+count-1 of a line that starts at `at`.
  void load_line(index_t at, const two_level_axis& e, index_t first, index_t count, T* to) const {
    while (count > 0) {
      const index_t inner = first % e.inner, run = e.inner - inner < count ? e.inner - inner : count;
      load(at + e.offset(first), e.inner_stride, run, to);
      to += run;
      first += run;
      count -= run;
    }
  }
  T one(index_t at) const {
    T r;
    load(at, 1, 1, &r);
    return r;
  }
};

/// What kernels with an accumulator A read from a source: its own scalar type, or, if that is erased, A. A task that
/// the library holds for the source's own type costs nothing to compile, and reads without panels.
template <class X, class A, class Task>
using read_scalar =
    std::conditional_t<X::kind == source_kind::erased && !in_library<Task>, A, typename X::value_type>;

inline namespace CNNPOOL_CPU_VARIANT {

template <class T, class X>
panel_source<T> panel_source_of(const X& x, instruction_set target) {
  using S = typename X::value_type;
  return {reinterpret_cast<const unsigned char*>(x.view.data()), static_cast<index_t>(sizeof(S)), x.view.quantized(),
          conversion_of<S, T>(target), std::is_same_v<S, T>};
}

}  // namespace CNNPOOL_CPU_VARIANT

}  // namespace cnnpool::detail
