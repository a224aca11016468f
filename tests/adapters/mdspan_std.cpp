// The row of std::mdspan: a program of its own with mdspan.cpp, by a compiler and a C++23 library that have it.
#include <mdspan>

#include <cnnpool/adapters/mdspan.hpp>

#include "adapters/policies.hpp"
#include "catch.hpp"
#include "random.hpp"

TEST_CASE("every policy on a std::mdspan") {
  testing::random_numbers random;
  std::vector<float> numbers(2 * 20 * 6 * 5);
  for (float& x : numbers) x = static_cast<float>(random.uniform(-1, 3));
  const std::mdspan<float, std::dextents<std::ptrdiff_t, 4>> t(numbers.data(), 2, 6, 5, 20);
  const std::string policies = testing::policies_on(cnnpool::as_view(t, {.axes = "nhwc"}));
  CHECK(policies.find('!') == std::string::npos);
#if defined(_LIBCPP_VERSION)
  const std::string library = "libc++ " + std::to_string(_LIBCPP_VERSION / 10000);
#else
  const std::string library = "libstdc++ " + std::to_string(_GLIBCXX_RELEASE);
#endif
  testing::ran("std::mdspan", library, policies, "right, left and strided layouts, C++23");
}
