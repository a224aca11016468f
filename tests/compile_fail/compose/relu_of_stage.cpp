// expect: cnnpool::operator|: what stands behind relu{} or elementwise(f) is a policy
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto chain = cnnpool::relu{} | cnnpool::sum{} | cnnpool::l2{};
#else
auto chain = cnnpool::relu{} | cnnpool::l2{};
#endif
