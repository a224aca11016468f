// expect: cnnpool::pool: this backend lacks a primitive; cnnpool::kernel::missing_primitive<B>() names it
#include <cnnpool/cnnpool.hpp>

struct no_accumulator {
  using space = cnnpool::host_space;
};
#ifdef CNNPOOL_GOOD
using mine = cnnpool::reference;
#else
using mine = no_accumulator;
#endif

auto f(const cnnpool::feature_view<float>& x) { return cnnpool::pool(mine{}, x, cnnpool::max()); }
