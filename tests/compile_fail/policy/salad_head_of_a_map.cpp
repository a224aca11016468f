// expect: cnnpool::salad_head: only a token_view has a class token
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using view = cnnpool::token_view<float>;
#else
using view = cnnpool::feature_view<float>;
#endif

cnnpool::descriptors<float> f(const view& x, const cnnpool::salad_head<>& head) { return cnnpool::pool(x, head); }
