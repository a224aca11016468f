// The slice: float, float16 and any_feature_view x sum, GeM with p = 3 and 2.7, CroW, R-MAC and a concat, NCHW and
// NHWC. SLICE names the function, BACKEND the backend (reference: what the others are compared with); the flags make
// the difference. SLICE_TYPES: what any_feature_view is narrowed to, all types without it. SLICE_FAST: float alone, and
// no GeM, for instrumented builds.
#include <cnnpool/backend/cpu/cpu.hpp>
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/crow.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/policy/sum.hpp>
#include <cnnpool/pool.hpp>
#include <cnnpool/post/l2.hpp>

#include "slice.hpp"
#include "stored.hpp"

std::vector<slice_result> SLICE();

namespace {

struct backend_at {
  const char* name;
  cnnpool::BACKEND backend;
};

#if SLICE_IS_REFERENCE
const backend_at backends[] = {{"reference", {}}};
#else
const backend_at backends[] = {{"baseline", {.threads = 1, .target = cnnpool::instruction_set::baseline}},
                               {"avx2", {.threads = 1, .target = cnnpool::instruction_set::avx2}},
                               {"avx512", {.threads = 1, .target = cnnpool::instruction_set::avx512}}};
#endif

const cnnpool::shape shapes[] = {{.n = 2, .c = 37, .h = 7, .w = 7},    // short rows
                                 {.n = 1, .c = 300, .h = 3, .w = 5},   // more channels than fit the registers
                                 {.n = 1, .c = 9, .h = 14, .w = 21}};  // long rows

float number(unsigned& random) {
  random = random * 1664525u + 1013904223u;
  const float f = static_cast<float>(random >> 20) / 256.f;  // 0 .. 16, exact in float16 and a multiple of 1/256
  return random & 0x20000u ? 0.f : f;
}

template <class X, class P>
void pool(std::vector<slice_result>& results, const std::string& where, const X& x, const char* name, const P& policy,
          double tolerance) {
  for (const backend_at& b : backends) {
    const auto d = cnnpool::pool(b.backend, x, policy);
    results.push_back({std::string(name) + " " + where, b.name, tolerance, {}});
    for (const auto v : d.values()) results.back().values.push_back(static_cast<double>(v));
  }
}

/// The policies that choose no fold when they run: one kernel each.
template <class X>
void pool_some(std::vector<slice_result>& results, const std::string& where, const X& x) {
  pool(results, where, x, "sum", cnnpool::sum{}, 4e-6);
  pool(results, where, x, "crow", cnnpool::crow{}, 1e-5);
  pool(results, where, x, "rmac", cnnpool::rmac{}, 1e-5);
}
template <class X>
void pool_gem(std::vector<slice_result>& results, const std::string& where, const X& x) {
  pool(results, where, x, "gem 3 | l2", cnnpool::gem{} | cnnpool::l2{}, 4e-6);
  pool(results, where, x, "gem 2.7", cnnpool::gem{.p = 2.7}, 4e-6);
  pool(results, where, x, "concat(sum, max | l2, gem 3)",
       cnnpool::concat(cnnpool::sum{}, cnnpool::max() | cnnpool::l2{}, cnnpool::gem{}), 4e-6);
}

template <class T>
void pool_type(std::vector<slice_result>& results, const char* type) {
  for (const cnnpool::shape& s : shapes) {
    std::vector<T> memory;
    unsigned random = 12345;
    for (cnnpool::index_t i = 0; i < s.n * s.c * s.h * s.w; ++i) memory.push_back(stored<T>(number(random)));
    for (const bool channels_last : {false, true}) {
      const cnnpool::strides layout = channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s);
      const std::string where = std::string(type) + (channels_last ? " nhwc " : " nchw ") + to_string(s);
      const cnnpool::feature_view<T> typed(memory.data(), s, layout);
#ifdef SLICE_TYPES
      [[maybe_unused]] const auto any = cnnpool::only<SLICE_TYPES>(cnnpool::any_feature_view(typed));
#else
      [[maybe_unused]] const cnnpool::any_feature_view any(typed);
#endif
      // The typed view's kernels are those of the erased one, so it costs no second compilation.
      pool_some(results, where, typed);
#ifndef SLICE_FAST
      pool_some(results, where + " any", any);
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, cnnpool::float16>) {
        const auto two = cnnpool::only<float, cnnpool::float16>(cnnpool::any_feature_view(typed));
        pool_gem(results, where, typed);
        if constexpr (std::is_same_v<T, float>) {  // the sums of powers overflow
          std::vector<float> huge;
          for (const float f : memory) huge.push_back(f * 0x1p124f);
          pool(results, where + " huge", cnnpool::feature_view<float>(huge.data(), s, layout), "gem 2.7",
               cnnpool::gem{.p = 2.7}, 4e-6);
        }
        pool_gem(results, where + " any", two);
      }
#endif
    }
  }
}

}  // namespace

std::vector<slice_result> SLICE() {
  std::vector<slice_result> results;
  pool_type<float>(results, "float");
#ifndef SLICE_FAST
  pool_type<cnnpool::float16>(results, "float16");
#ifndef SLICE_TYPES
  pool_type<double>(results, "double");
  pool_type<cnnpool::bfloat16>(results, "bfloat16");
  pool_type<std::int8_t>(results, "int8");
  pool_type<std::uint8_t>(results, "uint8");
#endif
#endif
  return results;
}
