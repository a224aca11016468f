// The inputs of a transform, kept until its elements are computed, one element at a time.
#pragma once

#include <type_traits>

#include "../kernel/matrix.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Nested, each inside the next. Not a tuple: that is not for GPUs, and standard libraries lay theirs out differently,
/// while cnnpool::compiled may be built with a different one from the program's.
template <class... In>
struct transform_inputs {
  /// f(read(first input), read(second input), ...), on the host or in a kernel, as f and read are.
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
  template <class Read, class F, class... Values>
  CNNPOOL_HD auto apply(const Read&, const F& f, const Values&... values) const {
    return f(values...);
  }
};
template <class First, class... Rest>
struct transform_inputs<First, Rest...> {
  First first;
  transform_inputs<Rest...> rest;
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
  template <class Read, class F, class... Values>
  CNNPOOL_HD auto apply(const Read& read, const F& f, const Values&... values) const {
    return rest.apply(read, f, values..., read(first));
  }
};
inline transform_inputs<> inputs_of() { return {}; }
template <class First, class... Rest>
transform_inputs<First, Rest...> inputs_of(const First& first, const Rest&... rest) {
  return {first, inputs_of(rest...)};
}

/// What a transform's function is given: an element of a matrix in the matrix's own type, or an index.
template <class A, class T>
CNNPOOL_HD std::remove_const_t<T> transform_input(const matrix<T>& m, index_t i, index_t j) {
  return m(i, j);
}
template <class A, class T>
CNNPOOL_HD std::remove_const_t<T> transform_input(const per_row<T>& m, index_t i, index_t) {
  return m.column(i, 0);
}
template <class A>
CNNPOOL_HD A transform_input(const row_index&, index_t i, index_t) {
  return static_cast<A>(i);
}
template <class A>
CNNPOOL_HD A transform_input(const column_index&, index_t, index_t j) {
  return static_cast<A>(j);
}

template <class A>
struct element_of {
  index_t i, j;
  template <class In>
  CNNPOOL_HD auto operator()(const In& in) const {
    return transform_input<A>(in, i, j);
  }
};

template <class D, class F, class Inputs>
struct transform_at {
  matrix<D> out;
  F f;
  Inputs inputs;
  CNNPOOL_HD void operator()(index_t k) const {
    const index_t i = k / out.cols, j = k % out.cols;
    out(i, j) = static_cast<D>(inputs.apply(element_of<D>{i, j}, f));
  }
};

/// Whether an input's numbers are of type D, if it has any.
template <class D, class In>
inline constexpr bool has_type = true;
template <class D, class T>
inline constexpr bool has_type<D, matrix<T>> = std::is_same_v<D, std::remove_const_t<T>>;
template <class D, class T>
inline constexpr bool has_type<D, per_row<T>> = std::is_same_v<D, std::remove_const_t<T>>;

}  // namespace cnnpool::detail
