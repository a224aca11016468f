// The class token of a vision transformer as a descriptor, for a token_view: out_c = s_c, the class token. D = d.
//
//   concat(cls{}, gem{.p = 4}) | l2{}     what DINO's copy detection describes images with (Caron et al., ICCV 2021)
//
// Converted to the accumulator, nothing else; relu{} and the like in front of it are applied.
#pragma once

#include "../kernel/run_policy.hpp"
#include "sum.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct cls {
  static constexpr const char* name = "cls";

  index_t descriptor_size(const shape& s) const { return s.c; }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    static_assert(requires { x.view.cls(); }, "cnnpool::cls: only a token_view has a class token");
    if constexpr (requires { x.view.cls(); })
      b.reduce(s, x.of(x.view.cls()), kernel::over_positions{}, sum{}, out);
  }
};

}  // namespace cnnpool
