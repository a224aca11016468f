// expect: cnnpool::regional: the first argument is not a policy
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto inner = cnnpool::regional(cnnpool::max() | cnnpool::l2{}, cnnpool::rmac_grid{});
#else
auto inner = cnnpool::regional(cnnpool::l2{}, cnnpool::rmac_grid{});
#endif
