// One policy and element type, as little else as possible: compiled with several compilers, flags and versions of the
// headers, and run in turns by builds.py. POLICY, ELEMENT. Prints `shape layout level microseconds`, the best of some.
#include <cnnpool/cnnpool.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <type_traits>
#include <vector>

namespace {

using cnnpool::float16;
using element = ELEMENT;

template <class T>
T stored(float f) {
  if constexpr (std::is_same_v<T, float16>) return cnnpool::to_float16(f);
  else return static_cast<T>(f);
}

template <class F>
double best(const F& f) {
  using clock = std::chrono::steady_clock;
  double least = 1e9;
  for (int turn = 0; turn < 7; ++turn) {
    int count = 0;
    double seconds = 0;
    for (const auto start = clock::now(); seconds < 0.003; ++count) {
      f();
      seconds = std::chrono::duration<double>(clock::now() - start).count();
    }
    least = std::min(least, seconds / count);
  }
  return least * 1e6;
}

}  // namespace

int main() {
  const auto policy = [] {
    using namespace cnnpool;
    return POLICY;
  }();
  const cnnpool::shape shapes[] = {
      {.c = 2048, .h = 7, .w = 7}, {.c = 512, .h = 24, .w = 32}, {.c = 2048, .h = 24, .w = 32}};
  for (int k = 0; k < 3; ++k) {
    const cnnpool::shape s = shapes[k];
    std::vector<element> memory;
    unsigned random = 1;
    for (cnnpool::index_t i = 0; i < s.c * s.h * s.w; ++i) {
      random = random * 1664525u + 1013904223u;
      memory.push_back(stored<element>(random >> 31 ? 0.f : static_cast<float>(random >> 9 & 255) / 64));
    }
    for (const bool channels_last : {false, true})
      for (const auto level : {cnnpool::instruction_set::avx2, cnnpool::instruction_set::avx512}) {
        const cnnpool::strides layout = channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s);
        const cnnpool::feature_view<element> x(memory.data(), s, layout);
        cnnpool::descriptors<float> out(1, cnnpool::descriptor_size(policy, s));
        cnnpool::workspace workspace;
        const cnnpool::cpu backend{.threads = 1, .target = level};
        std::printf("%c %s %s %.3f\n", "ABC"[k], channels_last ? "NHWC" : "NCHW", to_string(level),
                    best([&] { cnnpool::pool_into(backend, x, policy, out, workspace); }));
      }
  }
}
