#include <cnnpool/policy/gem.hpp>

#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {
const std::vector<float>& exponents() {
  static const std::vector<float> p = [] {
    std::vector<float> all;
    for (int c = 0; c < 37; ++c) all.push_back(1.25f + static_cast<float>(c % 9) * 0.5f);
    return all;
  }();
  return p;
}
}  // namespace
/// The suite's maps differ in their number of channels.
struct gem_of_first_channels {
  index_t descriptor_size(const shape& s) const { return s.c; }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    static const std::span<const float> p = readable_by(b, exponents());
    detail::run(b, s, x, gem_per_channel{p.first(array_size(x.extents().c))}, out);
  }
};
namespace {
oracle::row to_six_digits(const oracle::map&, const oracle::row& e, oracle::real) { return relative(e, 1e-6L); }
}  // namespace

TEST_CASE("gem of p = 2.7 on every layout and count") {
  check_everywhere<float, float16>(
      backends(), gem{.p = 2.7}, [](const oracle::map& x) { return oracle::gem(x, 2.7L); }, to_six_digits);
}
TEST_CASE("gem with one p per channel on every layout and count") {
  check_everywhere<float>(
      backends(), gem_of_first_channels{},
      [](const oracle::map& x) { return oracle::gem(x, oracle::row(exponents().begin(), exponents().begin() + x.c)); },
      to_six_digits);
}
