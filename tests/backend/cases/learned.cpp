// Stages and policies with models: every primitive that they need, on maps of both layouts and several images.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/regional.hpp>
#include <cnnpool/policy/vlad.hpp>
#include <cnnpool/policy/windows.hpp>
#include <cnnpool/post/l2.hpp>
#include <cnnpool/post/projection.hpp>

#include "../../policy/vlad_oracle.hpp"
#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {

constexpr int channels = 37, height = 5, width = 7, images = 3, clusters = 6;

std::vector<float> random_values(std::size_t count, std::uint64_t stream) {
  random_numbers random(stream);
  std::vector<float> r(count);
  for (float& v : r) v = static_cast<float>(random.uniform(-1, 1));
  return r;
}

struct batch {
  std::vector<float> planes = random_values(images * channels * height * width, 1), last = planes;
  std::vector<oracle::map> expected;
  feature_view<float> nchw_view, nhwc_view;

  batch() {
    constexpr int positions = height * width;
    for (int n = 0; n < images; ++n) {
      expected.emplace_back(channels, height, width);
      for (int c = 0; c < channels; ++c)
        for (int p = 0; p < positions; ++p) {
          const float v = planes[static_cast<std::size_t>((n * channels + c) * positions + p)];
          last[static_cast<std::size_t>((n * positions + p) * channels + c)] = v;
          expected.back().values[static_cast<std::size_t>(c * positions + p)] = static_cast<oracle::real>(v);
        }
    }
    const shape s{images, channels, height, width};
    nchw_view = feature_view<float>(planes.data(), s, nchw);
    nhwc_view = feature_view<float>(last.data(), s, nhwc);
  }
};

/// make(backend): the policy with its models in the backend's memory.
template <class Make, class Expect>
void check_learned(const batch& x, const Make& make, const Expect& expect) {
  for (const auto& backend : backends())
    for (const bool rows : {true, false}) {
      const auto got = pooled(backend, rows ? x.nchw_view : x.nhwc_view, rows ? x.planes : x.last, make(backend));
      for (int n = 0; n < images; ++n) {
        const oracle::row e = expect(x.expected[static_cast<std::size_t>(n)]);
        REQUIRE(got.cols() == static_cast<index_t>(e.size()));
        for (std::size_t j = 0; j < e.size(); ++j)
          CHECK(static_cast<double>(got(n, static_cast<index_t>(j))) ==
                Approx(static_cast<double>(e[j])).margin(2e-5));
      }
    }
}

}  // namespace

TEST_CASE("whitening behind a policy and inside regions") {
  const batch x;
  const std::vector<float> m = random_values(channels, 2), p = random_values(11 * channels, 3);
  const projection w(std::vector<double>(m.begin(), m.end()), std::vector<double>(p.begin(), p.end()));
  const auto projected = [&](const oracle::row& v) {
    oracle::row y(11, 0);
    for (std::size_t k = 0; k < 11; ++k)
      for (std::size_t j = 0; j < channels; ++j)
        y[k] += static_cast<oracle::real>(p[k * channels + j]) * (v[j] - static_cast<oracle::real>(m[j]));
    return y;
  };
  check_learned(
      x, [&](const auto& b) { return cnnpool::max() | model_for(b, w) | l2{}; },
      [&](const oracle::map& i) { return oracle::l2(projected(oracle::max(i))); });
  check_learned(
      x,
      [&](const auto& b) {
        return regional(cnnpool::max() | l2{} | model_for(b, w) | l2{}, sliding_grid{.window = 3, .stride = 2}) | l2{};
      },
      [&](const oracle::map& i) {
        oracle::row sum(11, 0);
        for (int a = 0; a + 3 <= height; a += 2)
          for (int b = 0; b + 3 <= width; b += 2)
            sum = oracle::plus(sum, oracle::l2(projected(oracle::l2(oracle::max(i.crop(a, b, 3, 3))))));
        return oracle::l2(sum);
      });
}
TEST_CASE("VLAD: nearest, soft and softmax assignment") {
  const batch x;
  const std::vector<float> c = random_values(clusters * channels, 4), h = random_values(clusters * channels, 5),
                           biases = random_values(clusters, 6);
  const codebook book(c, clusters);
  std::vector<oracle::row> rows, heads;
  for (std::size_t k = 0; k < clusters; ++k) {
    rows.emplace_back(c.begin() + static_cast<std::ptrdiff_t>(k * channels),
                      c.begin() + static_cast<std::ptrdiff_t>((k + 1) * channels));
    heads.emplace_back(h.begin() + static_cast<std::ptrdiff_t>(k * channels),
                       h.begin() + static_cast<std::ptrdiff_t>((k + 1) * channels));
  }
  const auto check_vlad = [&](const vlad_options& options, const oracle::vlad_options& expected) {
    check_learned(
        x, [&](const auto& b) { return vlad(model_for(b, book), options); },
        [&](const oracle::map& i) { return oracle::vlad(i, rows, expected); });
  };
  check_vlad({.power = true, .intra = true}, {.power = true, .intra = true});
  check_vlad({.nearest = 3, .input_l2 = true, .mass = true}, {.nearest = 3, .input_l2 = true, .mass = true});
  check_vlad({.residual_l2 = true, .layout = vlad_layout::dimension_major},
             {.residual_l2 = true, .dimension_major = true});
  const netvlad_head head(h, biases);
  check_learned(
      x, [&](const auto& b) { return netvlad(model_for(b, book), model_for(b, head)); },
      [&](const oracle::map& i) {
        return oracle::vlad(i, rows, {.input_l2 = true, .intra = true, .head_weights = heads,
                                      .head_biases = oracle::row(biases.begin(), biases.end())});
      });
}
