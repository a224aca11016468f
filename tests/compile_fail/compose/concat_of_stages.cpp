// expect: cnnpool::concat: a part is not a policy; put a policy in front of a stage
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto parts = cnnpool::concat(cnnpool::sum{} | cnnpool::l2{}, cnnpool::max() | cnnpool::scale{2});
#else
auto parts = cnnpool::concat(cnnpool::sum{}, cnnpool::l2{});
#endif
