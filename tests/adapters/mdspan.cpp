// A structural double always; CCCL's mdspan, the reference implementation and std's where they are found (tests.cmake).
#include <cnnpool/adapters/mdspan.hpp>

#include <array>
#include <version>

#if defined(__cpp_lib_mdspan)
#include <mdspan>
#endif
#if defined(CNNPOOL_TEST_MDSPAN_REFERENCE)
#include <bit>  // its headers use what these declare
#include <memory>

#include <experimental/mdspan>
#endif
#if defined(CNNPOOL_TEST_CCCL)
#include <cuda/std/array>
#include <cuda/std/mdspan>
#endif

#include "adapters/one_descriptor.hpp"
#include "adapters/same_elements.hpp"
#include "adapters/same_tokens.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
/// What the concepts ask for and nothing else.
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
std::size_t u(index_t i) { return static_cast<std::size_t>(i); }
}  // namespace

TEST_CASE("anything with an mdspan's members, forwards and backwards") {
  std::vector<float> memory(2 * 20 * 6 * 5);
  const strided_double<const float, 4> m{memory.data(), {2, 20, 6, 5}, {600, 1, 100, 20}};
  same_elements(m, {2, 20, 6, 5}, [&](auto n, auto c, auto h, auto w) -> const float& {
    return memory[u(n * 600 + c + h * 100 + w * 20)];
  });
  const strided_double<float, 3> backwards{memory.data() + 1199, {4, 3, 2}, {-10, -1, -5}};
  same_elements(backwards, {1, 4, 3, 2},
                [&](auto, auto c, auto h, auto w) -> const float& { return memory[u(1199 - c * 10 - h - w * 5)]; });
  memory[1] = 8;
  CHECK(pool(m, max())(0, 1) == 8);
  const strided_double<float, 2> none{nullptr, {0, 3}, {3, 1}};
  CHECK(pool(none, sum{}).rows() == 0);
  const strided_double<std::uint8_t, 1> bytes{nullptr, {0}, {1}};
  CHECK(as_view(bytes, {.axes = "w"}).extents() == shape{1, 1, 1, 0});
  CHECK(sentence([&] { as_view(m, {.axes = "chw"}); }) == "as_view: axes \"chw\" name 3 axes, the tensor has 4");
}
TEST_CASE("tokens") {
  std::vector<float> memory(2 * 9 * 4);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const strided_double<const float, 3> m{memory.data(), {2, 9, 4}, {36, 4, 1}};
  testing::same_tokens(
      m, [&](auto n, auto token, auto c) -> const float& { return memory[u((n * 9 + token) * 4 + c)]; });
}
TEST_CASE("a vector is one descriptor, as input and as output") {
  const float numbers[] = {3, 4, 12};
  float memory[3];
  const strided_double<float, 1> out{memory, {3}, {1}};
  testing::is_one_descriptor(strided_double<const float, 1>{numbers, {3}, {1}}, out);
}
TEST_CASE("results go into two axes with an adjacent second one; others are a sentence") {
  const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
  const feature_view<float> x(numbers.data(), {.n = 2, .c = 3}, nchw);
  std::vector<float> memory(20);
  workspace w;
  pool_into(x, sum{}, strided_double<float, 2>{memory.data(), {2, 3}, {10, 1}}, w);
  CHECK((memory[0] == 1 && memory[2] == 3 && memory[3] == 0 && memory[10] == 4 && memory[12] == 6));
  const strided_double<float, 2> wrong{memory.data(), {2, 3}, {1, 2}}, small{memory.data(), {2, 2}, {2, 1}};
  CHECK(sentence([&] { pool_into(x, sum{}, wrong, w); }) ==
        "pool_into: the mdspan output of 2 x 3 has a column stride of 2, expected 1");
  CHECK(sentence([&] { pool_into(x, sum{}, small, w); }) ==
        "pool_into: output is 2 x 2, policy sum on 2 x 3 x 1 x 1 needs 2 x 3");
}

#if defined(CNNPOOL_TEST_CCCL) || defined(CNNPOOL_TEST_MDSPAN_REFERENCE) || defined(__cpp_lib_mdspan)
namespace {
/// Kind: where mdspan, dextents, the layouts and array come from.
template <class Kind>
void every_layout_there_and_back() {
  std::vector<float> memory(120);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const typename Kind::template mdspan<const float, 3, typename Kind::right> right(memory.data(), 4, 5, 6);
  same_elements(right, {1, 4, 5, 6}, [&](auto, auto c, auto h, auto w) -> const float& {
    return right.data_handle()[right.mapping()(c, h, w)];
  });
  const typename Kind::template mdspan<float, 4, typename Kind::left> left(memory.data(), 5, 6, 2, 2);
  same_elements(
      left, {2, 2, 6, 5},
      [&](auto n, auto c, auto h, auto w) -> const float& { return left.data_handle()[left.mapping()(w, h, c, n)]; },
      {.axes = "whcn"});
  using sliced = typename Kind::template mdspan<float, 2, typename Kind::strided>;
  using steps = typename Kind::template array<2>;
  const typename sliced::mapping_type every_second(typename sliced::extents_type(4, 3), steps{20, 2});
  const sliced slice(memory.data() + 7, every_second);
  same_elements(slice, {.n = 4, .c = 3},
                [&](auto n, auto c, auto, auto) -> const float& { return slice.data_handle()[slice.mapping()(n, c)]; });
  CHECK(pool(as_view(slice), sum{})(3, 2) == 71);

  const typename Kind::template mdspan<const float, 3, typename Kind::right> tokens(memory.data(), 2, 9, 4);
  testing::same_tokens(tokens, [&](auto n, auto token, auto c) -> const float& {
    return tokens.data_handle()[tokens.mapping()(n, token, c)];
  });

  const feature_view<float> x(memory.data(), {1, 4, 5, 6}, nhwc);
  using images = typename Kind::template mdspan<const float, 4, typename Kind::strided>;
  using strides = typename Kind::template array<4>;
  const auto back = to_mdspan<images, strides>(x);
  CHECK(&back.data_handle()[back.mapping()(0, 3, 2, 1)] == &x(0, 3, 2, 1));
  CHECK((back.stride(0) == 1 && back.stride(1) == 1 && back.stride(2) == 24 && back.stride(3) == 4));  // n has extent 1
  CHECK(to_mdspan<images, strides>(feature_view<float>(memory.data(), {2, 0, 3, 4}, nchw)).extent(0) == 2);
  const feature_view<float> broadcast(memory.data(), {2, 3, 2, 2}, cnnpool::strides{0, 4, 2, 1});
  CHECK(sentence([&] { to_mdspan<images, strides>(broadcast); }) ==
        "to_mdspan: axis n of extent 2 has a stride of 0, expected a positive one");
  const feature_view<float> backwards(memory.data() + 3, {1, 1, 2, 2}, cnnpool::strides{0, 0, 2, -1});
  CHECK(sentence([&] { to_mdspan<images, strides>(backwards); }) ==
        "to_mdspan: axis w of extent 2 has a stride of -1, expected a positive one");
  using small = typename Kind::template small_mdspan<const float, 4>;
  const feature_view<float> large(memory.data(), {1, 3000000000, 1, 1}, cnnpool::strides{0, 1, 0, 0});
  CHECK(sentence([&] { to_mdspan<small, strides>(large); }) ==
        "to_mdspan: axis c of extent 3000000000 with a stride of 1 does not fit the mdspan's index type");
  const feature_view<float> blocked(memory.data(), {1, 9, 2, 2}, channel_blocks(8));
  CHECK(sentence([&] { to_mdspan<images, strides>(blocked); }) ==
        "to_mdspan: a view of 8-channel blocks has no single channel stride");

  const typename Kind::template mdspan<float, 2, typename Kind::right> out(memory.data() + 60, 1, 4);
  workspace w;
  pool_into(x, max(), out, w);
  CHECK(memory[63] == 119);
}
}  // namespace
#endif

#if defined(CNNPOOL_TEST_CCCL)
namespace {
struct cccl {
  template <class T, std::size_t Rank, class Layout>
  using mdspan = cuda::std::mdspan<T, cuda::std::dextents<std::ptrdiff_t, Rank>, Layout>;
  template <class T, std::size_t Rank>
  using small_mdspan = cuda::std::mdspan<T, cuda::std::dextents<int, Rank>, cuda::std::layout_stride>;
  template <std::size_t N>
  using array = cuda::std::array<std::ptrdiff_t, N>;
  using left = cuda::std::layout_left;
  using right = cuda::std::layout_right;
  using strided = cuda::std::layout_stride;
};
}  // namespace
TEST_CASE("CCCL's mdspan, right, left and strided, there and back") { every_layout_there_and_back<cccl>(); }
#endif

#if defined(CNNPOOL_TEST_MDSPAN_REFERENCE)
namespace {
struct reference_implementation {
  template <class T, std::size_t Rank, class Layout>
  using mdspan = std::experimental::mdspan<T, std::experimental::dextents<std::ptrdiff_t, Rank>, Layout>;
  template <class T, std::size_t Rank>
  using small_mdspan =
      std::experimental::mdspan<T, std::experimental::dextents<int, Rank>, std::experimental::layout_stride>;
  template <std::size_t N>
  using array = std::array<std::ptrdiff_t, N>;
  using left = std::experimental::layout_left;
  using right = std::experimental::layout_right;
  using strided = std::experimental::layout_stride;
};
}  // namespace
TEST_CASE("the reference implementation's mdspan, right, left and strided, there and back") {
  every_layout_there_and_back<reference_implementation>();
}
#endif

#if defined(__cpp_lib_mdspan)
namespace {
struct standard {
  template <class T, std::size_t Rank, class Layout>
  using mdspan = std::mdspan<T, std::dextents<std::ptrdiff_t, Rank>, Layout>;
  template <class T, std::size_t Rank>
  using small_mdspan = std::mdspan<T, std::dextents<int, Rank>, std::layout_stride>;
  template <std::size_t N>
  using array = std::array<std::ptrdiff_t, N>;
  using left = std::layout_left;
  using right = std::layout_right;
  using strided = std::layout_stride;
};
}  // namespace
TEST_CASE("the standard library's mdspan, right, left and strided, there and back") {
  every_layout_there_and_back<standard>();
}
#endif
