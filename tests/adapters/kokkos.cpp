#include <Kokkos_Core.hpp>

#include <cnnpool/adapters/kokkos.hpp>

#include "adapters/convolution.hpp"
#include "adapters/one_descriptor.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::at;

namespace {
struct running {
  running() { Kokkos::initialize(); }
  ~running() { Kokkos::finalize(); }
};
template <class Layout>
void four_axes(const strides& expected) {
  Kokkos::View<float****, Layout, Kokkos::HostSpace> t("t", 2, 20, 6, 5);
  float next = 0;
  for (std::size_t i = 0; i < t.size(); ++i) t.data()[i] = next++;
  CHECK_ADAPTER(
      t, {.extents = {2, 20, 6, 5}, .stride = expected},
      [&](auto n, auto c, auto h, auto w) -> const float& { return t(at(n), at(c), at(h), at(w)); },
      [&] { t(1, 2, 3, 4) = -1; });
  CHECK(as_view(t, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
}
}  // namespace

TEST_CASE("Kokkos views") {
  const running kokkos;
  SECTION("layouts") {
    four_axes<Kokkos::LayoutLeft>({1, 2, 40, 240});
    four_axes<Kokkos::LayoutRight>({600, 30, 5, 1});
    const Kokkos::View<float****, Kokkos::LayoutLeft, Kokkos::HostSpace> t("t", 2, 20, 6, 5);
    for (std::size_t i = 0; i < t.size(); ++i) t.data()[i] = static_cast<float>(i % 97);
    testing::ran("Kokkos", std::to_string(KOKKOS_VERSION / 10000) + "." + std::to_string(KOKKOS_VERSION / 100 % 100),
                 testing::policies_on(as_view(t)), "LayoutLeft, LayoutRight, subviews, unmanaged");
  }
  SECTION("subviews, unmanaged memory, other types") {
    const Kokkos::View<double***, Kokkos::HostSpace> t("t", 20, 6, 5);
    Kokkos::deep_copy(t, 3);
    t(4, 2, 3) = 8;
    const auto part = Kokkos::subview(t, std::pair(2, 9), Kokkos::ALL, std::pair(1, 4));
    CHECK_ADAPTER(part, {.extents = {1, 7, 6, 3}, .type = scalar_type::float64},
                  [&](auto, auto c, auto h, auto w) -> const double& { return t(at(c + 2), at(h), at(w + 1)); });
    CHECK(pool(part, max())(0, 2) == 8);
    std::uint8_t bytes[6] = {1, 2, 3, 4, 5, 6};
    const Kokkos::View<const std::uint8_t**, Kokkos::LayoutRight, Kokkos::HostSpace,
                       Kokkos::MemoryTraits<Kokkos::Unmanaged>>
        raw(bytes, 2, 3);
    CHECK(pool(as_view(raw, {.quantized = {2, 1}}), max())(1, 2) == 10);
    static_assert(!detail::owns_memory<std::remove_cvref_t<decltype(raw)>>);
    static_assert(detail::owns_memory<std::remove_cvref_t<decltype(t)>>);
  }
  SECTION("tokens") {
    const Kokkos::View<float***, Kokkos::LayoutRight, Kokkos::HostSpace> t("t", 2, 9, 4);
    const Kokkos::View<float***, Kokkos::LayoutLeft, Kokkos::HostSpace> left("left", 2, 9, 4);
    for (std::size_t i = 0; i < t.size(); ++i) t.data()[i] = left.data()[i] = static_cast<float>(i);
    testing::same_tokens(
        t, [&](auto n, auto token, auto c) -> const float& { return t(at(n), at(token), at(c)); });
    testing::same_tokens(
        left, [&](auto n, auto token, auto c) -> const float& { return left(at(n), at(token), at(c)); });
  }
  SECTION("results") {
    const std::vector<float> images = {1, 2, 3, 4, 5, 6};
    const feature_view<float> x(images.data(), {.n = 2, .c = 3}, nchw);
    workspace w;
    const Kokkos::View<float**, Kokkos::LayoutRight, Kokkos::HostSpace> out("out", 2, 3);
    pool_into(x, max(), out, w);
    CHECK((out(0, 0) == 1 && out(1, 2) == 6));
    const Kokkos::View<float**, Kokkos::LayoutLeft, Kokkos::HostSpace> left("left", 2, 3);
    CHECK(sentence([&] { pool_into(x, max(), left, w); }) ==
          "pool_into: the Kokkos output of 2 x 3 has a column stride of 2, expected 1 (LayoutRight)");
  }
  SECTION("a vector is one descriptor, as input and as output") {
    const Kokkos::View<float*, Kokkos::HostSpace> x("x", 3), out("out", 3);
    x(0) = 3, x(1) = 4, x(2) = 12;
    testing::is_one_descriptor(x, out);
  }
  SECTION("empty and moved from") {
    Kokkos::View<float***, Kokkos::HostSpace> t("t", 2, 3, 4), taken = std::move(t);
    CHECK(as_view(taken).extents() == shape{1, 2, 3, 4});
    const Kokkos::View<float***, Kokkos::HostSpace> never;
    CHECK(as_view(never).extents() == shape{1, 0, 0, 0});
    CHECK(sentence([&] { as_view(taken, {.axes = "nc"}); }) == "as_view: axes \"nc\" name 2 axes, the tensor has 3");
  }
}
