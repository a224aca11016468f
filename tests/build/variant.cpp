// Sum, average and max of maps of many sizes, and the kind of value type that the CPU backend chose. VARIANT names
// the function; the compile flags make the difference.
#include <cnnpool/cnnpool.hpp>

#include "variant.hpp"

// A type of its own per program, not per translation unit: were the backend's functions the same in two units that are
// compiled differently, the linker would keep one, and the wrong kind would show.
struct probe {
  variant_result* seen;

  template <class V>
  using state = V;
  template <class V>
  CNNPOOL_HD V init() const {
    if constexpr (requires(V v) { v.v; }) {
      (std::is_array_v<decltype(V::v)> ? seen->arrays : seen->vectors) = true;
    }
    return V(0);
  }
  template <class V>
  CNNPOOL_HD V step(V s, V x) const {
    return s + x;
  }
  template <class V>
  CNNPOOL_HD V merge(V a, V b) const {
    return a + b;
  }
  template <class V>
  CNNPOOL_HD V finish(V s, cnnpool::index_t) const {
    return s;
  }
};

// The same integers in every element type: what a type needs compiles and links in every variant.
template <class T, class Make>
void sums_of(std::vector<float>& out, const Make& make) {
  std::vector<T> values;
  for (int i = 0; i < 2 * 3 * 49; ++i) values.push_back(make(static_cast<float>(i % 11)));
  const cnnpool::feature_view<T> x(values.data(), {.n = 2, .c = 3, .h = 7, .w = 7}, cnnpool::nchw);
  const auto d = cnnpool::pool(x, cnnpool::sum{});
  for (std::size_t i = 0; i < d.values().size(); ++i) out.push_back(static_cast<float>(d.data()[i]));
}

variant_result VARIANT() {
  variant_result result;
  result.openmp = CNNPOOL_HAS_OPENMP != 0;
  for (const cnnpool::index_t positions : {1, 3, 8, 17, 33, 49, 1025}) {
    const cnnpool::shape s{.n = 2, .c = 5, .h = 1, .w = positions};
    std::vector<float> values(static_cast<std::size_t>(s.n * s.c * positions));
    unsigned random = 12345;
    for (float& v : values) {
      random = random * 1664525u + 1013904223u;
      v = static_cast<float>(random >> 8) / 65536.f - 128.f;
    }
    for (const bool channels_last : {false, true}) {
      const cnnpool::strides layout = channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s);
      const cnnpool::feature_view<float> x(values.data(), s, layout);
      const auto d = cnnpool::pool(x, cnnpool::concat(cnnpool::sum{}, cnnpool::average{}, cnnpool::max()));
      result.descriptors.insert(result.descriptors.end(), d.data(), d.data() + d.values().size());
      cnnpool::pool(x, probe{&result});
    }
  }
  sums_of<double>(result.descriptors, [](float f) { return static_cast<double>(f); });
  sums_of<cnnpool::float16>(result.descriptors, cnnpool::to_float16);
  sums_of<cnnpool::bfloat16>(result.descriptors, cnnpool::to_bfloat16);
  sums_of<std::int8_t>(result.descriptors, [](float f) { return static_cast<std::int8_t>(f); });
  sums_of<std::uint8_t>(result.descriptors, [](float f) { return static_cast<std::uint8_t>(f); });
  return result;
}
