// A type that has one primitive of a backend and lacks the others.
#pragma once

#include <cnnpool/cnnpool.hpp>

struct half {
  using space = cnnpool::host_space;
  template <class T>
  using accumulator = float;
  template <class X, class Over, class F, class A, class Operand = cnnpool::kernel::no_operand>
  void reduce(cnnpool::kernel::scratch&, const X&, const Over&, const F&, const cnnpool::kernel::matrix<A>&,
              const Operand& = {}) const {}
};
#ifdef CNNPOOL_GOOD
using mine = cnnpool::reference;
#else
using mine = half;
#endif
