// What has the same bits on every instruction set (docs/numerics.md): sum, average and max, and with them how every
// element type is read. A line per number, for other_machine.py to compare.
#include <cnnpool/backend/cpu/cpu.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/sum.hpp>
#include <cnnpool/pool.hpp>
#include <cstdio>
#include <limits>
#include <vector>

#include "stored.hpp"

namespace {

using cnnpool::index_t;

template <class P, class T>
void pool(const char* name, const P& policy, const char* type, const cnnpool::feature_view<T>& x) {
  const auto d = cnnpool::pool(cnnpool::cpu{.threads = 1}, x, policy);
  for (std::size_t i = 0; i < d.values().size(); ++i) {
    const double v = static_cast<double>(d.data()[i]);
    if (v != v) std::printf("%s %s %s: nan\n", name, type, to_string(x.extents()).c_str());  // of any sign and payload
    else std::printf("%s %s %s: %a\n", name, type, to_string(x.extents()).c_str(), v);
  }
}

template <class T>
void pool_all(const char* type, const cnnpool::feature_view<T>& x) {
  pool("sum", cnnpool::sum{}, type, x);
  pool("max", cnnpool::max(), type, x);
  pool("average", cnnpool::average{}, type, x);
}

/// Numbers of both signs in both layouts; of those that have them, a channel with a NaN, others with infinities.
template <class T>
void pool_type(const char* type) {
  const cnnpool::shape shapes[] = {{2, 37, 7, 7}, {1, 300, 3, 5}, {1, 9, 14, 21}, {1, 3, 40, 41}};
  for (const cnnpool::shape& s : shapes)
    for (const bool channels_last : {false, true}) {
      const cnnpool::strides layout = channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s);
      std::vector<T> memory(static_cast<std::size_t>(s.n * s.c * s.h * s.w));
      unsigned random = 12345;
      for (T& x : memory) {
        random = random * 1664525u + 1013904223u;
        const float f = static_cast<float>(random >> 20) / 16.f;  // 0 .. 256
        x = stored<T>(std::is_same_v<T, std::uint8_t> ? f : f - 128.03125f);
      }
      if constexpr (!cnnpool::quantized_scalar<T>) {
        const float infinity = std::numeric_limits<float>::infinity();
        memory[0] = stored<T>(infinity);
        memory[memory.size() / 2] = stored<T>(-infinity);
        memory[memory.size() / 3] = stored<T>(std::numeric_limits<float>::quiet_NaN());
      }
      const auto quantized = cnnpool::quantized_scalar<T> ? cnnpool::quantization{.37f, 5} : cnnpool::quantization{};
      pool_all(type, cnnpool::feature_view<T>(memory.data(), s, layout, quantized));
    }
}

/// Every value that an element of 8 or 16 bits can have, read at an odd number of elements from the start of memory.
template <class T>
void pool_values(const char* type) {
  const index_t count = sizeof(T) == 1 ? 256 : 65536;
  std::vector<T> memory(static_cast<std::size_t>(count) + 1);
  for (index_t i = 0; i < count; ++i) {
    if constexpr (sizeof(T) == 1) memory[static_cast<std::size_t>(i) + 1] = static_cast<T>(i);
    else memory[static_cast<std::size_t>(i) + 1].bits = static_cast<std::uint16_t>(i);
  }
  const cnnpool::shape s{.n = 1, .c = count, .h = 1, .w = 1};
  pool("value", cnnpool::max(), type, cnnpool::feature_view<T>(memory.data() + 1, s, cnnpool::nchw(s)));
}

}  // namespace

int main() {
  pool_type<float>("float");
  pool_type<cnnpool::float16>("float16");
  pool_type<std::uint8_t>("uint8");
  pool_type<double>("double");
  pool_type<cnnpool::bfloat16>("bfloat16");
  pool_type<std::int8_t>("int8");
  pool_values<cnnpool::float16>("float16");
  pool_values<cnnpool::bfloat16>("bfloat16");
  pool_values<std::uint8_t>("uint8");
  pool_values<std::int8_t>("int8");
}
