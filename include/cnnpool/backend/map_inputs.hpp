// The inputs of a map, kept until its elements are computed.
#pragma once

#include "../config.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// One inside the other. Not a tuple: that is not for GPUs, and standard libraries lay theirs out differently, while
/// cnnpool::compiled may be built with another one than the program.
template <class... In>
struct map_inputs {
  /// f(read(first input), read(second input), ...), on the host or in a kernel as the two are.
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
  template <class Read, class F, class... Values>
  CNNPOOL_HD auto apply(const Read&, const F& f, const Values&... values) const {
    return f(values...);
  }
};
template <class First, class... Rest>
struct map_inputs<First, Rest...> {
  First first;
  map_inputs<Rest...> rest;
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
  template <class Read, class F, class... Values>
  CNNPOOL_HD auto apply(const Read& read, const F& f, const Values&... values) const {
    return rest.apply(read, f, values..., read(first));
  }
};
inline map_inputs<> inputs_of() { return {}; }
template <class First, class... Rest>
map_inputs<First, Rest...> inputs_of(const First& first, const Rest&... rest) {
  return {first, inputs_of(rest...)};
}

}  // namespace cnnpool::detail
