// The class token, and the patches behind a class token and registers.
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
  const feature_view<T> whole(all.data(), {images, d, 1, tokens}, nhwc);
  const auto as_tokens = [](const auto& x) {
    return token_view<T, typename std::remove_cvref_t<decltype(x)>::space>(
        x, {.registers = registers, .h = rows, .w = columns});
  };
  const feature_view<T> map(patches.data(), {images, d, rows, columns}, nhwc);
  const feature_view<T> one(first.data(), {images, d, 1, 1}, nhwc);
  for (const B& b : list) {
    const auto got = pooled(b, whole, all, concat(relu{} | cls{}, of_patches), as_tokens),
               expected = pooled(b, map, patches, of_patches), token = pooled(b, one, first, relu{} | sum{});
    REQUIRE(got.cols() == d + expected.cols());
    for (index_t i = 0; i < images; ++i) {
      for (index_t j = 0; j < d; ++j) CHECK(got(i, j) == token(i, j));
      for (index_t j = 0; j < expected.cols(); ++j)
        CHECK(got(i, d + j) == Approx(expected(i, j)).epsilon(1e-5).margin(1e-6));
    }
  }
}

}  // namespace of_tokens

TEST_CASE("class tokens beside policies of the patches") {
  for (const index_t d : {1, 16, 37, 130}) {
    of_tokens::check_tokens<float>(backends(), d, gem{.p = 4} | l2{});
    of_tokens::check_tokens<float>(backends(), d, rmac{});
    of_tokens::check_tokens<double>(backends(), d, average{});
  }
}
