// One policy against the oracle on one list of backends: every element count at which a kernel changes its path, every
// layout, misaligned by 0 to 3 elements, gaps full of NaN. The cases are compiled once per backend:
// CNNPOOL_TEST_BACKEND is a header on_*.hpp that defines backends() and, for memory that the host does not read, how to
// get there and back.
#pragma once

#include <cnnpool/pool.hpp>

#include <functional>

#include "../catch.hpp"
#include "../placed.hpp"

namespace testing {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace testing

#include CNNPOOL_TEST_BACKEND

namespace testing {

/// The policy's descriptors in host memory, wherever the backend works. memory: all that the view may point into.
/// as(view where the backend reads it): what is pooled.
template <class T, class B, class P, class As = std::identity>
auto pooled(const B& b, const cnnpool::feature_view<T>& x, const std::vector<T>& memory, const P& policy,
            const As& as = {}) {
  if constexpr (std::is_same_v<typename B::space, cnnpool::host_space>) return pool(b, as(x), policy);
  else return pooled_there(b, x, memory, policy, as);
}
template <class T, class B, class P>
auto pooled_regions(const B& b, const cnnpool::feature_view<T>& x, const std::vector<T>& memory, const P& policy,
                    const std::vector<cnnpool::box>& boxes) {
  if constexpr (std::is_same_v<typename B::space, cnnpool::host_space>)
    return pool_regions(b, x, policy, cnnpool::box_list{boxes});
  else return pooled_regions_there(b, x, memory, policy, boxes);
}

/// A copy of numbers that both the host and the backend read.
template <class B, class T>
std::span<const T> readable_by(const B& b, const std::vector<T>& numbers) {
  if constexpr (std::is_same_v<typename B::space, cnnpool::host_space>) return numbers;
  else return managed_copy(b, numbers);
}

/// The model in the backend's memory.
template <class B, class Model>
auto model_for(const B& b, const Model& model) {
  if constexpr (std::is_same_v<typename B::space, cnnpool::host_space>) return model;
  else return model_there(b, model);
}

/// How far a result may be off, from the image, the expected row and the unit roundoff of the accumulator.
using tolerance = oracle::row (*)(const oracle::map&, const oracle::row& expected, oracle::real u);
using expectation = oracle::row (*)(const oracle::map&);

inline oracle::row relative(const oracle::row& expected, oracle::real factor) {
  oracle::row r;
  for (const oracle::real v : expected) r.push_back(std::fabs(v) * factor);
  return r;
}

struct counted_map {
  index_t h, w;
};
/// 1 2 3 7 8 9 15 16 17 31 32 33 49 127 128 129 196 1024 1025 1369 positions.
inline const std::vector<counted_map>& counted_maps() {
  static const std::vector<counted_map> maps{{1, 1},  {1, 2},  {3, 1},   {7, 1},   {4, 2},   {3, 3},  {5, 3},
                                             {4, 4},  {1, 17}, {1, 31},  {4, 8},   {11, 3},  {7, 7},  {1, 127},
                                             {8, 16}, {43, 3}, {14, 14}, {32, 32}, {25, 41}, {37, 37}};
  return maps;
}

template <class D>
std::string first_difference(const oracle::row& expected, const oracle::row& allowed, std::span<const D> got) {
  if (got.size() != expected.size()) return "has " + std::to_string(got.size()) + " components";
  for (std::size_t k = 0; k < got.size(); ++k) {
    const oracle::real v = static_cast<oracle::real>(got[k]);
    const auto rounded = static_cast<oracle::real>(static_cast<D>(expected[k]));
    const bool both_nan = std::isnan(v) && std::isnan(expected[k]);
    if (!(v == rounded || both_nan || std::fabs(v - expected[k]) <= allowed[k]))
      return "component " + std::to_string(k) + " is " + std::to_string(v) + ", expected " +
             std::to_string(expected[k]) + ", off by " +
             std::to_string(static_cast<double>((v - expected[k]) / expected[k])) + " of it";
  }
  return {};
}

/// Checks all backends on one placed batch.
template <class T, class B, class P>
void check_on(const placed<T>& x, const std::vector<B>& backends, const P& policy, expectation expect,
              tolerance allow) {
  using D = typename B::template accumulator<T>;
  std::vector<oracle::row> expected, allowed;
  constexpr auto u = static_cast<oracle::real>(std::numeric_limits<D>::epsilon() / 2);
  for (const oracle::map& image : x.images) {
    expected.push_back(expect(image));
    allowed.push_back(allow(image, expected.back(), u));
  }
  for (std::size_t b = 0; b < backends.size(); ++b) {
    const cnnpool::descriptors<D> got = pooled(backends[b], x.view, x.memory, policy);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const std::string difference =
          first_difference(expected[i], allowed[i], std::as_const(got).row(static_cast<index_t>(i)));
      if (!difference.empty())
        FAIL(to_string(cnnpool::scalar_type_of<T>())
             << ", " << x.text << ", backend " << b << ", image " << i << ": " << difference);
    }
  }
}

/// The element types are the template's first arguments.
template <class... T, class B, class P>
void check_everywhere(const std::vector<B>& backends, const P& policy, expectation expect, tolerance allow) {
  random_numbers r;
  int cases = 0;
  const auto with = [&]<class S>(std::type_identity<S>) {
    for (const counted_map& m : counted_maps())
      for (const layout_case& layout : layouts()) {
        const int misalignment = (cases + cases / 16) % 4;
        const index_t c = index_t{1} + (cases * 7) % 37, n = 1 + cases % 3;
        const placed<S> x({n, m.h * m.w > 200 ? c % 11 + 1 : c, m.h, m.w}, layout, misalignment, signed_values(r));
        check_on(x, backends, policy, expect, allow);
        ++cases;
      }
  };
  int types = 0;
  const auto with_if_light = [&]<class S>(std::type_identity<S> type) {
    if constexpr (!sanitized || std::is_same_v<S, float> || std::is_same_v<S, std::uint8_t>) {
      with(type);
      ++types;
    } else {
      std::puts("skipped: a type, because compiling all of them under a sanitizer takes minutes");
    }
  };
  (with_if_light(std::type_identity<T>{}), ...);
  CHECK(cases == types * static_cast<int>(counted_maps().size() * layouts().size()));
}

}  // namespace testing
