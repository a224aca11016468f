// `using namespace cnnpool` beside the headers whose names it might meet, and beside `using namespace std`.
#include <error.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <ranges>
#include <vector>

#include <cnnpool/all.hpp>

using namespace cnnpool;

namespace {
index_t one_namespace() {
  const std::vector<float> numbers(2 * 3 * 4 * 5, 1.f);
  const feature_view<float> x(numbers.data(), {.n = 2, .c = 3, .h = 4, .w = 5}, nchw);
  const auto d = pool(cpu{.threads = 1}, x, concat(sum{}, average{}, max(), nonzero{}, gem{}) | l2{} | power{});
  const auto e = pool(reference{}, x, spoc{} | scale{.factor = 2} | truncation{.dimensions = 2});
  const auto f = pool(x, regional(max() | l2{}, rmac_grid{})), g = pool(x, relu{} | rmac{});
  const auto h = pool(x, crow{.alpha = 2});
  const any_feature_view any = as_view(x);
  workspace memory;
  descriptors<float> out(2, 3);
  pool_into(any, gem_p<3>{}, out, memory);
  const flat_index index(out);  // a variable of the name that POSIX has
  return d.cols() + e.cols() + f.cols() + g.cols() + h.cols() + index.rows();
}
}  // namespace

using namespace std;

namespace {
index_t two_namespaces() {
  const vector<float> numbers(2 * 3 * 4 * 5, 1.f);
  const feature_view<float> x(numbers.data(), shape{.n = 2, .c = 3, .h = 4, .w = 5}, nchw);
  const auto d = pool(x, concat(sum{}, average{}, max(), gem{}) | l2{} | power{});
  const auto e = pool(x, spoc{} | scale{.factor = 2} | truncation{.dimensions = 2});
  const auto f = pool(x, crow{}), g = pool(x, rmac{});
  return max<index_t>(d.cols(), e.cols()) + f.cols() + g.cols();
}
}  // namespace

int main() { return one_namespace() + two_namespaces() > 0 ? 0 : 1; }
