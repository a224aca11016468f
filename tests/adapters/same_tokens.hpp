// Tokens of a framework's tensor against the framework's own accessor: class token, registers, patches, and pooled.
#pragma once

#include <type_traits>

#include <cnnpool/cnnpool.hpp>

#include "catch.hpp"

namespace testing {

/// 2 images, of class token, 2 registers and 2 x 3 patches; 4 components each. To allocate and fill tensors with.
inline constexpr cnnpool::index_t images_of_tokens = 2, all_tokens = 9, token_components = 4;

/// tensor: as above, 1 image where how.axes has no n. at(n, token, component): the framework's element, as a value or a
/// reference.
template <class T, class At>
void same_tokens(const T& tensor, const At& at, const cnnpool::hints& how = {.axes = "nwc"}) {
  using namespace cnnpool;
  using returned = decltype(at(index_t(), index_t(), index_t()));
  const index_t images = how.axes.find('n') == how.axes.npos ? 1 : images_of_tokens;
  const auto tokens = as_tokens(tensor, {.registers = 2, .h = 2, .w = 3}, how);
  const auto same_part = [&](const auto& part, const shape& expected, index_t first) {
    REQUIRE(part.extents() == expected);
    for (index_t n = 0; n < expected.n; ++n)
      for (index_t c = 0; c < expected.c; ++c)
        for (index_t h = 0; h < expected.h; ++h)
          for (index_t w = 0; w < expected.w; ++w) {
            const index_t token = first + h * expected.w + w;
            INFO("image " << n << ", token " << token << ", component " << c);
            const auto& here = part(n, c, h, w);
            returned there = at(n, token, c);
            CHECK(here == there);
            if constexpr (std::is_lvalue_reference_v<returned>) CHECK(&here == &there);
          }
  };
  const auto same_parts = [&]<class U>(const token_view<U>& t) {
    if constexpr (std::is_same_v<U, std::remove_cvref_t<returned>>) {
      REQUIRE((t.has_cls() && t.has_grid()));
      same_part(t.cls(), {images, token_components, 1, 1}, 0);
      same_part(t.registers(), {images, token_components, 1, 2}, 1);
      same_part(t.patches(), {images, token_components, 2, 3}, 3);
      const auto pooled = pool(t, concat(cls{}, average{}));
      REQUIRE((pooled.rows() == images && pooled.cols() == 2 * token_components));
      for (index_t n = 0; n < images; ++n)
        for (index_t c = 0; c < token_components; ++c) {
          double sum = 0;
          for (index_t token = 3; token < all_tokens; ++token) sum += static_cast<double>(at(n, token, c));
          CHECK(pooled(n, c) == at(n, 0, c));
          CHECK(static_cast<double>(pooled(n, token_components + c)) == Approx(sum / 6));
        }
    } else {
      FAIL("the view's elements are not of the accessor's type");
    }
  };
  if constexpr (requires { tokens.patches(); }) same_parts(tokens);
  else visit(tokens, same_parts);
}

}  // namespace testing
