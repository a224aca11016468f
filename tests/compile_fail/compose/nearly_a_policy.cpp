// expect: cnnpool::operator|: what stands in front of a stage is a policy or a stage
#include <cnnpool/cnnpool.hpp>

namespace mine {
struct total {
  template <class V> using state = V;
  template <class V> CNNPOOL_HD V init() const { return V(0); }
  template <class V> CNNPOOL_HD V step(V s, V x) const { return s + x; }
#ifdef CNNPOOL_GOOD
  template <class V> CNNPOOL_HD V merge(V a, V b) const { return a + b; }
#endif
  template <class V> CNNPOOL_HD V finish(V s, cnnpool::index_t) const { return s; }
};
}  // namespace mine

auto chain = mine::total{} | cnnpool::l2{};
