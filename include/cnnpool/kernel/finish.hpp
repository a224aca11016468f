// The end of every reduction: a state is finished, or, if it left its range (is_reliable, fold_traits.hpp), the result
// is computed again from its elements.
#pragma once

#include "fold_traits.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// The result of a state of scalars; its elements are x(0) .. x(n-1), the operand's numbers weights[0] .. if there are
/// any.
template <class L, class F, class S, class Read, class... Weights>
CNNPOOL_HD auto finished(const F& f, const S& s, index_t n, const Read& x, const Weights&... weights) {
  if constexpr (may_be_unreliable<F, S>)
    if (!f.is_reliable(s)) return f.template exact<L>(n, x, weights...);
  return f.finish(s, n);
}

/// again(i) for each lane i < count of a state of packs that is not reliable.
template <class F, class S, class Again>
CNNPOOL_INLINE void for_each_unreliable(const F& f, const S& s, index_t count, const Again& again) {
  if constexpr (may_be_unreliable<F, S>) {
    const auto good = f.is_reliable(s);
    if (all(good)) return;
    for (int i = 0; i < count; ++i)
      if (!good[i]) again(i);
  }
}

}  // namespace cnnpool::detail
