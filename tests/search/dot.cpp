#include <cnnpool/search/dot.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "random.hpp"

using namespace cnnpool;

namespace {

// The order that the header promises, written out.
template <class A, class B>
double in_order(const std::vector<A>& a, const std::vector<B>& b, bool squares) {
  volatile double partial[8] = {};
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]), d = x - y;
    const volatile double term = squares ? d * d : x * y;
    partial[i % 8] = partial[i % 8] + term;
  }
  return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
         ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

template <class A, class B>
void same_on_every_level(testing::random_numbers& random, std::size_t size) {
  std::vector<A> a(size);
  std::vector<B> b(size);
  for (A& v : a) v = static_cast<A>(random.uniform(-1, 1));
  for (B& v : b) v = static_cast<B>(random.uniform(-1, 1));
  const double product = in_order(a, b, false), squares = in_order(a, b, true);
  CAPTURE(size);
  for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512})
    detail::dispatch_to(level, [&]<class Target>() {
      const index_t n = static_cast<index_t>(size);
      CHECK(detail::sum_of_terms_at<Target>(a.data(), b.data(), n, detail::multiply_terms{}) == product);
      CHECK(detail::sum_of_terms_at<Target>(a.data(), b.data(), n, detail::square_difference{}) == squares);
    });
  CHECK(detail::sum_of_terms(std::span<const A>(a), std::span<const B>(b), detail::multiply_terms{}) == product);
}

}  // namespace

TEST_CASE("the same bits on every instruction set, for float and double") {
  testing::random_numbers random(1);
  for (const unsigned size : {0u, 1u, 2u, 7u, 8u, 9u, 15u, 16u, 17u, 127u, 128u, 1000u}) {
    same_on_every_level<float, float>(random, size);
    same_on_every_level<double, float>(random, size);
    same_on_every_level<double, double>(random, size);
  }
}
TEST_CASE("NaN and infinities propagate wherever they stand") {
  const float inf = std::numeric_limits<float>::infinity();
  for (const unsigned at : {0u, 7u, 8u, 10u}) {
    std::vector<float> a(11, 1.f);
    a[at] = std::nanf("");
    CHECK(std::isnan(detail::norm_of(std::span<const float>(a))));
    a[at] = inf;
    CHECK(detail::norm_of(std::span<const float>(a)) == static_cast<double>(inf));
  }
}
