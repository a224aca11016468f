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

// A user's own words, which are also those of policy authors (namespace kernel).
struct matrix {
  float number;
};
template <class T>
struct source {
  T number;
};
template <class T>
struct values {
  T number;
};
struct scratch {};
struct pack {};
template <class T>
struct limits {};
template <class T>
T maximum(const T& a, const T& b) {
  return a < b ? b : a;
}
template <class T>
T select(bool first, T a, T b) {
  return first ? a : b;
}
template <class T>
const T& element(const std::vector<T>& from, std::size_t i) {
  return from[i];
}

namespace {
float own_words() {
  const std::vector<float> numbers(1, 1.f);
  [[maybe_unused]] const scratch s;
  [[maybe_unused]] const pack p;
  [[maybe_unused]] const limits<float> l;
  return maximum(matrix{1}.number, source<float>{2}.number) + select(true, values<float>{1}.number, 2.f) +
         element(numbers, 0) - 4;
}

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

int main() { return own_words() == 0 && one_namespace() + two_namespaces() > 0 ? 0 : 1; }
