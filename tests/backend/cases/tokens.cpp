// The class token, and the patches behind a class token and registers, on every backend that reads the host's memory.
#include <cnnpool/compose.hpp>
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/cls.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/relu.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/post/l2.hpp>

#include "../../random.hpp"
#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace of_tokens {

constexpr index_t images = 2, registers = 4, rows = 5, columns = 3, tokens = 1 + registers + rows * columns;

/// Tokens and a map of their patches alone; class tokens as a map of one position.
template <class T, class B, class P>
void check_tokens(const std::vector<B>& list, index_t d, const P& of_patches) {
  random_numbers random(static_cast<std::uint64_t>(d));
  std::vector<T> all(static_cast<std::size_t>(images * tokens * d)), patches, first;
  for (T& x : all) x = static_cast<T>(random.uniform(-2, 2));
  for (index_t i = 0; i < images; ++i) {
    const T* const image = all.data() + i * tokens * d;
    first.insert(first.end(), image, image + d);
    patches.insert(patches.end(), image + (1 + registers) * d, image + tokens * d);
  }
  const token_view<T> t(all.data(), {.n = images, .tokens = tokens, .d = d},
                        {.registers = registers, .h = rows, .w = columns});
  const feature_view<T> map(patches.data(), {images, d, rows, columns}, nhwc);
  const feature_view<T> one(first.data(), {images, d, 1, 1}, nhwc);
  for (const B& b : list) {
    const auto got = pool(b, t, concat(relu{} | cls{}, of_patches)), expected = pool(b, map, of_patches),
               token = pool(b, one, relu{} | sum{});
    REQUIRE(got.cols() == d + expected.cols());
    for (index_t i = 0; i < images; ++i) {
      for (index_t j = 0; j < d; ++j) CHECK(got(i, j) == token(i, j));
      for (index_t j = 0; j < expected.cols(); ++j)
        CHECK(got(i, d + j) == Approx(expected(i, j)).epsilon(1e-5).margin(1e-6));
    }
  }
}

template <class B>
void check_all(const std::vector<B>& list) {
  if constexpr (std::is_same_v<typename B::space, host_space>) {
    for (const index_t d : {1, 16, 37, 130}) {
      check_tokens<float>(list, d, gem{.p = 4} | l2{});
      check_tokens<float>(list, d, rmac{});
      check_tokens<double>(list, d, average{});
    }
  } else {
    std::puts("skipped: class tokens: this backend reads the device's memory");
  }
}

}  // namespace of_tokens

TEST_CASE("class tokens beside policies of the patches") { of_tokens::check_all(backends()); }
