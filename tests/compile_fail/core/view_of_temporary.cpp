// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
#include <cnnpool/adapter.hpp>

struct tensor {};
template <>
struct cnnpool::adapter<tensor> {
  static constexpr bool owns = true;
  static feature_view<float> view(const tensor&, const hints&) { return {}; }
};

#ifdef CNNPOOL_GOOD
auto f(const tensor& t) { return cnnpool::as_view(t); }
#else
auto f() { return cnnpool::as_view(tensor{}); }
#endif
