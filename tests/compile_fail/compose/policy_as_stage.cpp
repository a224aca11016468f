// expect: cnnpool::operator|: a policy stands on the right; the order is policy | stage
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto chain = cnnpool::sum{} | cnnpool::l2{};
#else
auto chain = cnnpool::l2{} | cnnpool::sum{};
#endif
