// CCCL's mdspan where the CUDA toolkit is found, std's where the standard library has one; a structural double always.
#include <cnnpool/adapters/mdspan.hpp>

#include <array>
#include <iostream>

#if __has_include(<mdspan>) && __cplusplus > 202002L
#include <mdspan>
#endif
#if defined(CNNPOOL_TEST_CCCL)
#include <cuda/std/array>
#include <cuda/std/mdspan>
#endif

#include "adapters/same_elements.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
/// What the concept asks for and nothing else.
template <class T, std::size_t Rank>
struct strided_double {
  using element_type = T;
  T* p;
  std::array<long, Rank> extents, strides;
  static constexpr std::size_t rank() { return Rank; }
  static constexpr bool is_always_strided() { return true; }
  T* data_handle() const { return p; }
  long extent(std::size_t i) const { return extents[i]; }
  long stride(std::size_t i) const { return strides[i]; }
};
}  // namespace

TEST_CASE("anything with an mdspan's members") {
  std::vector<float> memory(2 * 20 * 6 * 5);
  const strided_double<const float, 4> m{memory.data(), {2, 20, 6, 5}, {600, 1, 100, 20}};
  same_elements(as_view(m), {2, 20, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& {
    return memory[static_cast<std::size_t>(n * 600 + c + h * 100 + w * 20)];
  });
  const strided_double<float, 2> out{memory.data(), {2, 3}, {10, 1}};
  workspace w;
  pool_into(feature_view<float>(std::vector<float>{1, 2, 3, 4, 5, 6}.data(), {.n = 2, .c = 3}, nchw), sum{}, out, w);
  CHECK((memory[2] == 3 && memory[12] == 6));
  const strided_double<float, 2> wrong{memory.data(), {2, 3}, {1, 2}};
  CHECK(sentence([&] { pool_into(feature_view<float>(memory.data(), {.n = 2, .c = 3}, nchw), sum{}, wrong, w); }) ==
        "pool_into: the mdspan output of 2 x 3 has a column stride of 2, expected 1");
}

#if defined(CNNPOOL_TEST_CCCL)
TEST_CASE("CCCL's mdspan, right, left and strided, there and back") {
  namespace cs = cuda::std;
  std::vector<float> memory(120, 1);
  const cs::mdspan<const float, cs::dextents<int, 3>> right(memory.data(), 4, 5, 6);
  same_elements(as_view(right), {1, 4, 5, 6}, [&](auto, auto c, auto h, auto w) -> const float& {
    return memory[static_cast<std::size_t>((c * 5 + h) * 6 + w)];
  });
  const cs::mdspan<float, cs::dextents<int, 4>, cs::layout_left> left(memory.data(), 5, 6, 2, 2);
  same_elements(as_view(left, {.axes = "whcn"}), {2, 2, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& {
    return memory[static_cast<std::size_t>(w + 5 * (h + 6 * (c + 2 * n)))];
  });
  const feature_view<float> x(memory.data(), {1, 4, 5, 6}, nhwc);
  using strided = cs::mdspan<const float, cs::dextents<std::ptrdiff_t, 4>, cs::layout_stride>;
  const auto back = to_mdspan<strided, cs::array<std::ptrdiff_t, 4>>(x);
  CHECK(&back.data_handle()[back.mapping()(0, 3, 2, 1)] == &x(0, 3, 2, 1));
  const feature_view<float> blocked(memory.data(), {1, 9, 2, 2}, channel_blocks(8));
  CHECK(sentence([&] { to_mdspan<strided, cs::array<std::ptrdiff_t, 4>>(blocked); }) ==
        "to_mdspan: a view of 8-channel blocks has no single channel stride");
}
#else
TEST_CASE("CCCL's mdspan is skipped") { std::cout << "skipped: CCCL's mdspan: the CUDA toolkit's headers were not found\n"; }
#endif
