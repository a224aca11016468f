// linear | relu | linear as one stage: the small networks in the heads of SALAD and MegaLoc. Of every position:
// each_position(mlp{first, second}) | policy.
#pragma once

#include "linear.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
struct rectified_sum {
  template <class V>
  CNNPOOL_HD V operator()(const V& a, const V& b) const {
    return maximum(V(lane_t<V>(0)), a + b);
  }
};
}  // namespace detail

template <class T = float, class Space = host_space>
struct mlp {
  static constexpr const char* name = "mlp";

  linear<T, Space> first, second;

  index_t output_size(index_t) const { return second.output_size(); }
  void (check)() const {
    (first.check)();
    (second.check)();
    (second.check)(first.output_size());
  }
  void (check)(index_t d) const { (first.check)(d); }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const kernel::matrix<A> hidden = s.make<A>(in.rows, first.output_size());
    first.apply_then(b, s, in, hidden, detail::rectified_sum{});
    second.apply(b, s, kernel::matrix<const A>(hidden), out);
  }
};
template <class T, class Space>
mlp(linear<T, Space>, linear<T, Space>) -> mlp<T, Space>;

}  // namespace cnnpool
