// expect: cnnpool::operator|: what stands behind a policy or a stage is a stage
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
auto chain = cnnpool::sum{} | cnnpool::l2{};
#else
auto chain = cnnpool::sum{} | 3;
#endif
