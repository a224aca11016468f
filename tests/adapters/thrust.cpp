// Thrust's vectors and pointers: every element where it should be, sizes checked, results back into a vector.
#include <cnnpool/adapters/thrust.hpp>
#include <cnnpool/backend/thrust/thrust.hpp>
#include <cnnpool/cnnpool.hpp>

#include <vector>

#include "../catch.hpp"
#include "../errors.hpp"
#include "same_tokens.hpp"

using namespace cnnpool;

namespace {
const std::vector<float> numbers = [] {
  std::vector<float> v(2 * 3 * 4 * 5);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i * 37 % 101);
  return v;
}();
constexpr shape s{2, 3, 4, 5};
}  // namespace

TEST_CASE("a vector with a shape") {
  const thrust::device_vector<float> v(numbers.begin(), numbers.end());
  const thrust::host_vector<float> h(numbers.begin(), numbers.end());
  const auto x = thrust_view(v, s, nhwc);
  const auto y = thrust_view(h, s, nhwc);
  const auto z = thrust_view(v.data(), s, nhwc);
  CHECK(x.data() == thrust::raw_pointer_cast(v.data()));
  CHECK(z.data() == x.data());
  for (index_t n = 0; n < s.n; ++n)
    for (index_t c = 0; c < s.c; ++c)
      for (index_t i = 0; i < s.h; ++i)
        for (index_t j = 0; j < s.w; ++j) {
          const float expected = numbers[static_cast<std::size_t>(((n * s.h + i) * s.w + j) * s.c + c)];
          CHECK((x(n, c, i, j) == expected && y(n, c, i, j) == expected));
        }
}
TEST_CASE("tokens are the positions of one row") {
  const thrust::device_vector<float> v(numbers.begin(), numbers.begin() + 72);
  const thrust::host_vector<float> h(numbers.begin(), numbers.begin() + 72);
  const auto of_token = [](auto n, auto token, auto c) {
    return numbers[static_cast<std::size_t>((n * 9 + token) * 4 + c)];
  };
  testing::same_tokens(thrust_view(v, {2, 4, 1, 9}, nhwc), of_token);
  testing::same_tokens(thrust_view(h, {2, 4, 1, 9}, nhwc), of_token);
}
TEST_CASE("pooled into a device_vector") {
  const thrust::device_vector<float> v(numbers.begin(), numbers.end());
  thrust::device_vector<float> out(6, -1);
  workspace w;
  pool_into(thrust_backend{}, thrust_view(v, s, nchw), gem{} | l2{}, thrust_rows(out, 2, 3), w);
  const auto expected = pool(thrust_view(v, s, nchw), gem{} | l2{});
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(static_cast<double>(out[i]) == Approx(static_cast<double>(expected.data()[i])).epsilon(1e-6));
}
TEST_CASE("without a shape: channels in, one row out") {
  const thrust::device_vector<float> v(numbers.begin(), numbers.begin() + 7);
  thrust::device_vector<float> out(7);
  workspace w;
  CHECK(as_view(v).extents() == shape{1, 7, 1, 1});
  pool_into(thrust_backend{}, v, cnnpool::max(), out, w);
  for (std::size_t i = 0; i < 7; ++i) CHECK(out[i] == numbers[i]);
  CHECK(as_view(v, {.axes = "w"}).extents() == shape{1, 1, 1, 7});
}
TEST_CASE("a vector that is too small, or rows that it does not have, is one sentence") {
  thrust::device_vector<float> v(119);
  CHECK(sentence([&] { thrust_view(v, s, nchw); }) ==
        "thrust_view: the vector has 119 elements, 2 x 3 x 4 x 5 reaches to element 120");
  CHECK(sentence([&] { thrust_rows(v, 2, 60); }) == "thrust_rows: the vector has 119 elements, expected 2 x 60");
  v.clear();
  CHECK(thrust_view(v, {0, 3, 4, 5}, nchw).extents().n == 0);
}
