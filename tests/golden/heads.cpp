// Against results that NumPy computed (scripts/make_heads_golden.py), on every backend of the host.
#include <cnnpool/cnnpool.hpp>
#include <cnnpool/policy/windows.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "numbers.hpp"

namespace cnnpool {

namespace {

const auto& numbers = testing::golden_numbers;
constexpr index_t d = 24, h = 5, w = 7, images = 2;

/// Tokens adjacent, or components.
struct golden_tokens {
  std::vector<float> memory = numbers(images * (1 + h * w) * d, 21), turned = memory;
  token_view<float> adjacent, across;
  golden_tokens() {
    constexpr index_t count = 1 + h * w;
    for (index_t n = 0; n < images; ++n)
      for (index_t t = 0; t < count; ++t)
        for (index_t c = 0; c < d; ++c)
          turned[static_cast<std::size_t>((n * d + c) * count + t)] =
              memory[static_cast<std::size_t>((n * count + t) * d + c)];
    const token_layout layout{.h = h, .w = w};
    adjacent = token_view<float>(memory.data(), {images, count, d}, layout);
    across = token_view<float>(feature_view<float>(turned.data(), {images, d, 1, count}, nchw), layout);
  }
};

linear<float> layer(index_t outputs, index_t inputs, std::uint64_t seed) {
  return {numbers(outputs * inputs, seed), numbers(outputs, seed + 1)};
}

template <class B, class X>
auto result_of(const std::string& name, const B& b, const X& t) {
  if (name == "cls_gem") return pool(b, t, concat(cls{}, gem{.p = 4}) | l2{});
  if (name == "cosplace") return pool(b, t, unit_positions{} | gem{.p = 2.7} | layer(10, d, 22) | l2{});
  if (name == "signed_gem") return pool(b, t, signed_gem{});
  if (name == "salad_aggregation") {
    const std::vector<float> f = numbers(images * 8 * h * w, 25), q = numbers(images * 5, 26);
    std::vector<float> s = numbers(images * 6 * h * w, 24);
    for (float& x : s) x *= 3;
    const feature_view<float> scores(s.data(), {images, 6, h, w}, nchw), token(q.data(), {.n = images, .c = 5}, nchw);
    return pool(b, feature_view<float>(f.data(), {images, 8, h, w}, nchw), salad(scores, token, {.dustbin = 0.7}));
  }
  const salad_head head{mlp{layer(16, d, 30), layer(5, 16, 32)}, mlp{layer(16, d, 34), layer(8, 16, 36)},
                        mlp{layer(16, d, 38), layer(6, 16, 40)}, salad_options{.dustbin = 0.7}};
  if (name == "salad") return pool(b, t, head);
  if (name == "megaloc") return pool(b, t, head | layer(12, 53, 42) | l2{});
  if (name == "supervlad") return pool(b, t, supervlad(netvlad_head(numbers(6 * d, 44), 6), 2));
  if (name == "anyloc") return pool(b, t, anyloc(codebook(numbers(5 * d, 45), 5)));
  if (name == "patch_netvlad")
    return pool_regions(
        b, t, netvlad(codebook(numbers(4 * d, 46), 4), netvlad_head(numbers(4 * d, 47), numbers(4, 48))),
        sliding_grid{.window = 3, .stride = 2});
  FAIL("unknown result " << name);
  return pool(b, t, sum{});
}

template <class B>
void check_on(const B& b, const char* backend) {
  const golden_tokens all;
  std::ifstream file(std::string(CNNPOOL_TEST_DATA) + "/golden/heads.txt");
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    for (const bool adjacent : {true, false}) {
      std::istringstream in(line);
      std::string name;
      REQUIRE(in >> name);
      INFO(name << " on " << backend);
      const auto r = result_of(name, b, adjacent ? all.adjacent : all.across);
      double expected = 0;
      for (const auto value : r.values()) {
        REQUIRE(in >> expected);
        CHECK(static_cast<double>(value) == Approx(expected).margin(1e-5));
      }
      CHECK_FALSE(in >> expected);
    }
    ++lines;
  }
  CHECK(lines == 9);
}

}  // namespace

TEST_CASE("NumPy's results of the heads") {
  check_on(cpu{}, "cpu");
  check_on(reference{}, "reference");
}

}  // namespace cnnpool
