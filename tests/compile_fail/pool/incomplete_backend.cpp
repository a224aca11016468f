// expect: cnnpool::pool: this backend lacks a primitive; missing_primitive<B>() names it
#include <cnnpool/cnnpool.hpp>

struct half {
  using space = cnnpool::host_space;
  template <class T>
  using accumulator = float;
  template <class X, class Over, class F, class A, class Operand = cnnpool::no_operand>
  void reduce(cnnpool::scratch&, const X&, const Over&, const F&, const cnnpool::matrix<A>&,
              const Operand& = {}) const {}
};
#ifdef CNNPOOL_GOOD
using mine = cnnpool::reference;
#else
using mine = half;
#endif
auto f(const cnnpool::feature_view<float>& x) { return cnnpool::pool(mine{}, x, cnnpool::max()); }
