// From the states of several outputs to their results.
#pragma once

#include "../../../kernel/finish.hpp"
#include "../pack_reduce.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Finishes a state whose lanes are outputs o .. o+count-1 and writes them; if the state left its range, the output is
/// computed again from its elements.
template <class V, class K, class G, class S>
CNNPOOL_INLINE void store_results(const K& kernel, const G& f, const S& s, index_t n, index_t o, index_t count) {
  using L = lane_t<V>;
  const auto& p = kernel.p;
  const auto results = f.finish(s, p.elements.count);
  L* to = p.result + n * p.by_image + o * p.by_output;
  constexpr int values_ = value_count<std::remove_cvref_t<decltype(results)>>;
  for (int k = 0; k < values_; ++k) stored(value(results, k), to + k * p.by_value, count, p.by_output);
  for_each_unreliable(f, s, count, [&](auto i) CNNPOOL_LAMBDA { store_exact<L>(kernel, n, o + i); });
}

template <class L, class F, class Read, class W>
auto exact_of(const F& f, index_t n, const Read& x, [[maybe_unused]] const W& weights) {
  if constexpr (std::is_pointer_v<W>) return f.template exact<L>(n, x, weights);
  else return f.template exact<L>(n, x);
}
template <class L, class K>
[[gnu::noinline]] void store_exact(const K& kernel, index_t n, index_t o) {
  const auto& p = kernel.p;
  const index_t start = p.at(n, o);
  const auto again = exact_of<L>(for_channel<L>(kernel.fold, o), p.elements.count,
                                 on_host{[&](index_t i) { return kernel.one(start + p.elements.offset(i)); }},
                                 kernel.weights);
  for (int k = 0; k < value_count<std::remove_cvref_t<decltype(again)>>; ++k)
    p.result[n * p.by_image + o * p.by_output + k * p.by_value] = value(again, k);
}

}  // namespace cnnpool::detail
