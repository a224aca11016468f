// What is read through panels (any_feature_view) has the bits of the typed view, whose kernels read the elements where
// they lie: every scalar type, layout and level.
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <cnnpool/policy/sum.hpp>
#include <thread>

#include "suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {

template <class D>
bool same_bits(const descriptors<D>& a, const descriptors<D>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), a.values().size() * sizeof(D)) == 0;
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
        const cpu backend{.threads = 1, .target = level};
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

TEST_CASE("a worker's copies of cells end where the next worker's begin") {
  // Rows of cells of one row, and a last tile of few channels, whose maps are copied whole.
  random_numbers r;
  std::vector<std::int8_t> memory;
  for (int i = 0; i < 40 * 100 * 40 * 40; ++i) memory.push_back(static_cast<std::int8_t>(r.between(-128, 127)));
  const any_feature_view x(memory.data(), scalar_type::int8, {.n = 40, .c = 100, .h = 40, .w = 40}, nchw,
                           {.scale = 0.5f, .zero_point = 3});
  std::vector<box> boxes;
  for (index_t h = 0; h < 40; ++h) boxes.push_back({h, 0, 1, 40});
  const auto on_threads = [](void*, index_t count, void (*task)(void*, index_t), void* data) {
    std::vector<std::thread> threads;
    for (index_t i = 0; i < count; ++i) threads.emplace_back(task, data, i);
    for (std::thread& t : threads) t.join();
  };
  const auto once = pool_regions(cpu{.threads = 1}, x, cnnpool::max(), box_list{boxes});
  for (int turn = 0; turn < 3; ++turn)
    CHECK(same_bits(once, pool_regions(cpu{.threads = 4, .parallel = {on_threads, nullptr}}, x, cnnpool::max(),
                                       box_list{boxes})));
}
