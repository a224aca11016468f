// expect: cnnpool: this fold has no const merge(state<V>, state<V>) that returns a state<V>
#include <cnnpool/cnnpool.hpp>

namespace mine {
struct total {
  template <class V> using state = V;
  template <class V> CNNPOOL_HD V init() const { return V(0); }
  template <class V> CNNPOOL_HD V step(V s, V x) const { return s + x; }
#ifdef CNNPOOL_GOOD
  template <class V> CNNPOOL_HD V merge(V a, V b) const { return a + b; }
#else
  template <class V> CNNPOOL_HD V merge(V a, V b) { return a + b; }
#endif
  template <class V> CNNPOOL_HD V finish(V s, cnnpool::index_t) const { return s; }
};
}  // namespace mine

static_assert(cnnpool::kernel::missing_member<mine::total>() == nullptr);
