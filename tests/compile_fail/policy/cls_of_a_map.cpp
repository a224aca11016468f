// expect: cnnpool::cls: only a token_view has a class token
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using view = cnnpool::token_view<float>;
#else
using view = cnnpool::feature_view<float>;
#endif

cnnpool::descriptors<float> f(const view& x) { return cnnpool::pool(x, cnnpool::cls{} | cnnpool::l2{}); }
