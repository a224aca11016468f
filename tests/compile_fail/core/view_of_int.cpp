// expect: cnnpool::feature_view: activations are float, double, float16, bfloat16, int8 or uint8
#include <cnnpool/core/feature_view.hpp>

#ifdef CNNPOOL_GOOD
using scalar = float;
#else
using scalar = int;
#endif

cnnpool::feature_view<scalar> f(const scalar* p) { return {p, {.c = 1}, cnnpool::nchw}; }
