// pool_into does not allocate once its workspace is warm; an allocation that fails anywhere is an exception, and
// nothing leaks.
#include <cnnpool/cnnpool.hpp>

#include <cstdlib>
#include <new>
#include <vector>

#include "catch.hpp"

namespace {
long allocations = 0, blocks = 0, fail_after = -1;

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  if (fail_after >= 0 && fail_after-- == 0) throw std::bad_alloc();
  void* p = alignment > 16 ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                           : std::malloc(size);
  if (p == nullptr) throw std::bad_alloc();
  ++blocks;
  return p;
}
void release(void* p) {
  if (p != nullptr) --blocks;
  std::free(p);
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t a) { return allocate(size, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }

using namespace cnnpool;

namespace {
template <class P>
void check(const P& policy) {
  static const std::vector<float> memory(2 * 40 * 9 * 14, 0.5f);
  for (const bool channels_last : {false, true}) {
    const shape s{2, 40, 9, 14};
    const feature_view<float> x(memory.data(), s, channels_last ? nhwc(s) : nchw(s));
    descriptors<float> out(2, descriptor_size(policy, s));
    workspace w;
    pool_into(cpu{}, x, policy, out, w);
    const long before = allocations;
    for (int i = 0; i < 3; ++i) pool_into(cpu{}, x, policy, out, w);
    const long made = allocations - before;
    CHECK(made == 0);

    // Every allocation of pool fails once.
    for (long k = 0;; ++k) {
      const long blocks_before = blocks;
      bool failed = false;
      fail_after = k;
      try {
        pool(x, policy);
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      fail_after = -1;
      const long leaked = blocks - blocks_before;
      REQUIRE(leaked == 0);
      if (!failed) break;
      REQUIRE(k < 100);
    }
  }
}
}  // namespace

TEST_CASE("folds, stages, concat") {
  check(sum{});
  check(gem{.p = 2.5});
  check(max() | power{} | l2{});
  check(concat(sum{} | l2{}, max(), gem{} | truncation{.dimensions = 7}));
}
TEST_CASE("weights and regions") {
  check(spoc{});
  check(crow{} | l2{});
  check(rmac{.combination = rmac_combination::concat});
  check(regional(average{} | l2{}, rmac_grid{}) | l2{});
}
TEST_CASE("models") {
  const codebook words(std::vector<float>(5 * 40, 0.25f), 5);
  check(vlad(words, {.power = true, .intra = true}));
  check(vlad(words, {.nearest = 3, .input_l2 = true, .mass = true}));
  const projection whiten(std::vector<double>(40, 0.1), std::vector<double>(7 * 40, 0.5));
  check(regional(max() | l2{} | whiten | l2{}, rmac_grid{}) | l2{});
  const mop_map_level level{.window = 4, .stride = 3, .level = {.centres = words, .options = mop_paper}};
  check(mop_map(max() | l2{}, std::vector<mop_map_level>{{}, level}) | l2{});
}
TEST_CASE("heads") {
  const auto layer = [](index_t outputs, index_t inputs) {
    const std::vector<float> b(static_cast<std::size_t>(outputs), 0.25f);
    return linear(std::vector<float>(static_cast<std::size_t>(outputs * inputs), 0.5f), b);
  };
  check(unit_positions{} | gem{.p = 2.5} | layer(7, 40) | l2{});
  check(each_position(mlp{layer(8, 40), layer(6, 8)}) | max());
  check(supervlad(netvlad_head(std::vector<float>(3 * 40, 0.1f), 3), 1));
  check(anyloc(codebook(std::vector<float>(5 * 40, 0.25f), 5)));
}
TEST_CASE("MOP-VLAD over a view per level") {
  const std::vector<float> memory(2 * 9 * 40, 0.5f);
  const std::vector<feature_view<float>> views{{memory.data(), {.n = 2, .c = 40}, nchw},
                                               {memory.data(), {.n = 2 * 9, .c = 40}, nchw}};
  const projection input(std::vector<double>(40, 0.1), std::vector<double>(7 * 40, 0.5));
  const codebook words(std::vector<float>(5 * 7, 0.25f), 5);
  const projection output(std::vector<double>(35, 0.1), std::vector<double>(6 * 35, 0.5));
  const std::vector<mop_level> levels{
      {.input = input}, {.input = input, .centres = words, .options = mop_reference, .output = output}};
  descriptors<float> out(2, 13);
  descriptors<double> wide(2, 13);
  workspace w;
  const auto mop = mop_vlad(levels);
  pool_into(cpu{}, views, mop, wide, w);
  const long before = allocations;
  pool_into(cpu{}, views, mop, out, w);
  pool_into(cpu{}, views, mop, wide, w);
  const long made = allocations - before;
  CHECK(made == 0);
}
