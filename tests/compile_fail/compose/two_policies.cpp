// expect: and concat(a, b) puts two policies together
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto both = cnnpool::concat(cnnpool::sum{}, cnnpool::max());
#else
auto both = cnnpool::sum{} | cnnpool::max();
#endif
