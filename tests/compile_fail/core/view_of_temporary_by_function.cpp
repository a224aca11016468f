// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// A function cnnpool_view in the type's own namespace follows the rule of the adapters.
#include <cnnpool/cnnpool.hpp>

namespace mine {
struct frame {
  float values[4] = {1, 2, 3, 4};
};
cnnpool::feature_view<float> cnnpool_view(const frame& f, const cnnpool::hints&) {
  return {f.values, {.h = 2, .w = 2}, cnnpool::nchw};
}
}  // namespace mine

#ifdef CNNPOOL_GOOD
auto f(const mine::frame& frame) { return cnnpool::as_view(frame); }
auto g() { return cnnpool::pool(mine::frame(), cnnpool::sum{}); }  // the frame is there until pool returns
#else
auto f() { return cnnpool::as_view(mine::frame()); }
#endif
