// expect: cnnpool::pool: no adapter for this type
// A type that nothing turns into a view.
#include <cnnpool/cnnpool.hpp>

struct tensor {};

#ifdef CNNPOOL_GOOD
template <>
struct cnnpool::adapter<tensor> {
  static feature_view<float> view(const tensor&, const hints&) { return {}; }
};
#endif

void f(const tensor& t) { cnnpool::pool(t, cnnpool::max()); }
