// expect: cnnpool: this backend has no contract(scratch, x, over, weights, out, epilogue)
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
static_assert(cnnpool::missing_primitive<mine>() == nullptr);
