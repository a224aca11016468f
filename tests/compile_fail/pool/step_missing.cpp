// expect: cnnpool::pool: this is not a pooling policy; a fold has state, init, step, merge and finish
#include <cnnpool/cnnpool.hpp>

struct my_sum {
  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    return V(0);
  }
#ifdef CNNPOOL_GOOD
  template <class V>
  CNNPOOL_HD V step(V s, V x) const {
    return s + x;
  }
#endif
  template <class V>
  CNNPOOL_HD V merge(V a, V b) const {
    return a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(V s, cnnpool::index_t) const {
    return s;
  }
};

void f(const cnnpool::feature_view<float>& x) { cnnpool::pool(x, my_sum{}); }
