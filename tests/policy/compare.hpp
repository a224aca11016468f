// A policy on every instruction set and layout against an oracle.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <cnnpool/pooling.hpp>

#include "../catch.hpp"
#include "../random.hpp"
#include "oracle.hpp"

struct case_data {
  cnnpool::shape shape;
  std::vector<float> values;  // NCHW
  std::vector<oracle::map> images;
};

/// Sparse and skewed like activations; with_negative keeps values below zero.
inline case_data random_case(const cnnpool::shape& s, bool with_negative, unsigned salt) {
  std::mt19937 engine(static_cast<unsigned>(testing::seed()) + salt);
  std::normal_distribution<float> normal;
  case_data d{s, std::vector<float>(static_cast<std::size_t>(s.n * s.c * s.positions())), {}};
  for (float& v : d.values) {
    v = normal(engine) * 3;
    if (!with_negative) v = v > 0 ? v : 0;
  }
  std::size_t at = 0;
  for (cnnpool::index n = 0; n < s.n; ++n) {
    oracle::map m(static_cast<std::size_t>(s.c), static_cast<std::size_t>(s.h), static_cast<std::size_t>(s.w));
    for (oracle::real& v : m.v) v = static_cast<oracle::real>(d.values[at++]);
    d.images.push_back(m);
  }
  return d;
}

/// The same values under another layout, in memory exactly as large as it needs, NaN in the padding.
inline std::vector<float> laid_out(const case_data& d, const cnnpool::strides& st) {
  const cnnpool::shape& s = d.shape;
  cnnpool::index last = 0;
  const auto offset = [&](cnnpool::index n, cnnpool::index c, cnnpool::index h, cnnpool::index w) {
    return n * st.n + st.channel(c) + h * st.h + w * st.w;
  };
  for (cnnpool::index c = 0; c < s.c; ++c) last = std::max(last, offset(s.n - 1, c, s.h - 1, s.w - 1));
  std::vector<float> r(static_cast<std::size_t>(last + 1), std::nanf(""));
  std::size_t at = 0;
  for (cnnpool::index n = 0; n < s.n; ++n)
    for (cnnpool::index c = 0; c < s.c; ++c)
      for (cnnpool::index h = 0; h < s.h; ++h)
        for (cnnpool::index w = 0; w < s.w; ++w) r[static_cast<std::size_t>(offset(n, c, h, w))] = d.values[at++];
  return r;
}

inline std::vector<std::pair<std::string, cnnpool::strides>> layouts_of(const cnnpool::shape& s) {
  return {{"nchw", cnnpool::nchw(s)},
          {"nhwc", cnnpool::nhwc(s)},
          {"nChw8c", cnnpool::channel_blocks(8)(s)},
          {"nChw16c", cnnpool::channel_blocks(16)(s)},
          {"padded rows", {s.c * s.h * (s.w + 3), s.h * (s.w + 3), s.w + 3, 1}},
          {"transposed maps", {s.c * s.h * s.w, s.h * s.w, 1, s.h}},
          {"hwcn", {1, s.n, s.w * s.c * s.n, s.c * s.n}}};
}

inline const std::vector<cnnpool::shape>& table_of_shapes() {
  static const std::vector<cnnpool::shape> all = {
      {1, 1, 1, 1},  {2, 3, 1, 2},  {1, 9, 1, 3},   {2, 17, 1, 7},  {1, 8, 2, 4},   {2, 20, 3, 3},  {1, 7, 3, 5},
      {1, 16, 4, 4}, {2, 33, 1, 17}, {1, 5, 31, 1},  {1, 12, 4, 8},  {1, 9, 3, 11},  {3, 40, 7, 7},  {1, 6, 14, 14},
      {1, 3, 1, 127}, {1, 9, 8, 16}, {1, 4, 3, 43},  {1, 10, 32, 32}, {1, 3, 25, 41}, {2, 5, 37, 37}, {1, 300, 2, 2}};
  return all;
}

/// compare(result, expected image, channel index in the descriptor) for every layout and instruction set.
template <class Policy, class Check>
void on_every_layout(const case_data& d, const Policy& policy, const Check& check) {
  for (const auto& [name, layout] : layouts_of(d.shape)) {
    const std::vector<float> memory = laid_out(d, layout);
    for (const auto level : {cnnpool::instruction_set::baseline, cnnpool::instruction_set::avx2, cnnpool::instruction_set::avx512}) {
      INFO(cnnpool::to_string(d.shape) << ", " << name << ", " << cnnpool::to_string(level));
      const auto r = cnnpool::pool(cnnpool::cpu{.level = level}, cnnpool::feature_view<float>(memory.data(), d.shape, layout), policy);
      REQUIRE(r.rows() == d.shape.n);
      for (cnnpool::index n = 0; n < r.rows(); ++n) check(r, n);
    }
  }
}

/// |result - expected| <= relative * |expected| + absolute(component)
template <class Policy, class Oracle, class Absolute>
void agrees(const Policy& policy, const Oracle& expected_of, double relative, const Absolute& absolute, bool with_negative) {
  unsigned salt = 0;
  for (const cnnpool::shape& s : table_of_shapes()) {
    const case_data d = random_case(s, with_negative, ++salt);
    std::vector<oracle::vec> expected;
    std::vector<oracle::vec> slack;
    for (const oracle::map& m : d.images) {
      expected.push_back(expected_of(m));
      slack.push_back(absolute(m));
    }
    on_every_layout(d, policy, [&](const cnnpool::descriptors<float>& r, cnnpool::index n) {
      const oracle::vec& e = expected[static_cast<std::size_t>(n)];
      REQUIRE(static_cast<std::size_t>(r.cols()) == e.size());
      for (cnnpool::index j = 0; j < r.cols(); ++j) {
        const auto want = e[static_cast<std::size_t>(j)];
        const double error = static_cast<double>(std::fabs(static_cast<oracle::real>(r(n, j)) - want));
        const double allowed = relative * static_cast<double>(std::fabs(want)) +
                               static_cast<double>(slack[static_cast<std::size_t>(n)][static_cast<std::size_t>(j)]);
        if (!(error <= allowed)) {
          CAPTURE(n, j, r(n, j), static_cast<double>(want), error, allowed);
          REQUIRE(error <= allowed);
        }
      }
    });
  }
}

inline oracle::vec nothing(const oracle::map& m) { return oracle::vec(m.c, 0); }
/// k u SUM |x|, k = N: the bound of the longest chain of additions.
inline oracle::vec chain_bound(const oracle::map& m) {
  oracle::vec r = oracle::sum_of_magnitudes(m);
  for (oracle::real& v : r) v *= static_cast<oracle::real>(m.h * m.w + 4) * 6e-8L;
  return r;
}
