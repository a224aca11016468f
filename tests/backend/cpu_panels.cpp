// What is read through panels (any_feature_view) has the bits of the typed view, whose kernels read the elements where
// they lie: every scalar type, layout and level.
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/policy/sum.hpp>

#include "suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {

template <class D>
bool same_bits(const descriptors<D>& a, const descriptors<D>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && std::memcmp(a.data(), b.data(), a.size() * sizeof(D)) == 0;
}

template <class T, class P>
void check_panels(const P& policy, const std::vector<counted_map>& maps) {
  random_numbers r;
  for (const counted_map& m : maps)
    for (const layout_case& layout : layouts()) {
      const placed<T> x({2, 75, m.h, m.w}, layout, 1, signed_values(r));
      INFO(to_string(scalar_type_of<T>()) << " " << x.text);
      for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
        INFO(to_string(level));
        const cpu backend{.threads = 1, .level = level};
        descriptors<float> typed(2, descriptor_size(policy, x.view.extents()));
        workspace w;
        pool_into(backend, x.view, policy, typed, w);
        CHECK(same_bits(typed, pool(backend, any_feature_view(x.view), policy)));
      }
    }
}

template <class T>
void check_sum() {
  check_panels<T>(cnnpool::sum{}, counted_maps());
}

}  // namespace

TEST_CASE("sums through panels") {
  check_sum<float>();
  check_sum<double>();
  check_sum<float16>();
  check_sum<bfloat16>();
  check_sum<std::int8_t>();
  check_sum<std::uint8_t>();
}

TEST_CASE("regions through panels: whole maps and rows of cells") {
  const std::vector<counted_map> maps{{1, 1}, {7, 7}, {5, 9}, {24, 32}, {37, 37}};
  check_panels<float>(rmac{}, maps);
  check_panels<float16>(rmac{}, maps);
  check_panels<std::uint8_t>(rmac{}, maps);
}
