// expect: cnnpool::concat: give it at least one policy
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto nothing = cnnpool::concat(cnnpool::sum{});
#else
auto nothing = cnnpool::concat();
#endif
