// expect: cnnpool::pool_into: the output is neither descriptors nor a descriptor_span nor a row of either nor an adapted matrix
#include <cnnpool/adapters/std.hpp>
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using scalar = float;
#else
using scalar = const float;
#endif
void f(const std::vector<float>& x, std::span<scalar> out, cnnpool::workspace& w) {
  cnnpool::pool_into(x, cnnpool::sum{}, out, w);
}
