// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// An adapter that says nothing about the owner: the type owns. One that says `owns = false` may be a temporary.
#include <cnnpool/cnnpool.hpp>

struct frame {
  float values[4] = {1, 2, 3, 4};
};
struct window {
  const float* values;
};

template <>
struct cnnpool::adapter<frame> {
  static feature_view<float> view(const frame& f, const hints&) { return {f.values, {.h = 2, .w = 2}, nchw}; }
};
template <>
struct cnnpool::adapter<window> {
  static constexpr bool owns = false;
  static feature_view<float> view(const window& w, const hints&) { return {w.values, {.h = 2, .w = 2}, nchw}; }
};

#ifdef CNNPOOL_GOOD
auto f(const frame& owner) { return cnnpool::as_view(window{owner.values}); }
#else
auto f() { return cnnpool::as_view(frame()); }
#endif
