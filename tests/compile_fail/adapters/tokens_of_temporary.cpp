// expect: cnnpool::as_tokens: a view of a temporary that owns its memory would dangle
#include <cnnpool/all.hpp>

#include <vector>

std::vector<float> make();

void f() {
#ifdef CNNPOOL_GOOD
  const std::vector<float> x = make();
  (void)cnnpool::as_tokens(x, {}, {.axes = "w"});
#else
  (void)cnnpool::as_tokens(make(), {}, {.axes = "w"});
#endif
}
