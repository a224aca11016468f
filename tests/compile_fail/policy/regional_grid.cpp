// expect: cnnpool::regional: the second argument is not a region grid
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto inner = cnnpool::regional(cnnpool::max(), cnnpool::rmac_grid{.levels = 3});
#else
auto inner = cnnpool::regional(cnnpool::max(), 3);
#endif
