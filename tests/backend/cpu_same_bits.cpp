// The same bits for any number of threads, any split of a batch, every run; sum, average and max on every level too;
// maps with strided rows give the bits of contiguous ones.
#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/crow.hpp>
#include <cnnpool/policy/gem.hpp>
#include <cnnpool/policy/rmac.hpp>
#include <thread>

#include "suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace {

/// A user's own threads: all tasks at once, last one first.
void run_on_threads(void*, index_t count, void (*task)(void*, index_t), void* data) {
  std::vector<std::thread> threads;
  for (index_t i = count - 1; i >= 0; --i) threads.emplace_back(task, data, i);
  for (std::thread& t : threads) t.join();
}

template <class D>
bool same_bits(const descriptors<D>& a, const descriptors<D>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), a.values().size() * sizeof(D)) == 0;
}

/// Every layout of one large batch (threads get at least 1 MB) with `policy`.
template <class P>
void check_same(const P& policy) {
  random_numbers r;
  for (const layout_case& layout : layouts())
    for (const shape s : {shape{7, 61, 41, 43}, shape{40, 1, 127, 129}, shape{1, 512, 24, 96}}) {
      const placed<float> x(s, layout, 0, [&] { return r.uniform(0, 3); });
      const auto once = pool(cpu{.threads = 1}, x.view, policy);
      INFO(x.text);
      for (const int threads : {2, 3, 8}) {
        INFO(threads << " threads");
        CHECK(same_bits(once, pool(cpu{.threads = threads}, x.view, policy)));
        CHECK(same_bits(once, pool(cpu{.threads = threads, .parallel = {run_on_threads, nullptr}}, x.view, policy)));
      }
      CHECK(same_bits(once, pool(cpu{.threads = 1}, x.view, policy)));
      descriptors<float> split(once.rows(), once.cols());
      workspace w;
      for (index_t from = 0, size = 1; from < s.n; from += size, size = size % 3 + 1) {
        if (size > s.n - from) size = s.n - from;
        pool_into(cpu{}, x.view.images(from, size), policy, split.span().row_range(from, size), w);
      }
      INFO("split into batches of 1 to 3");
      CHECK(same_bits(once, split));
    }
}

}  // namespace

TEST_CASE("threads, splits, runs: sum") { check_same(cnnpool::sum{}); }
TEST_CASE("threads, splits, runs: crow") { check_same(crow{}); }
TEST_CASE("threads, splits, runs: rmac") { check_same(rmac{}); }

#if !defined(_OPENMP)  // changes nothing of these, and the kernels are long to compile
TEST_CASE("threads, splits, runs: gem") { check_same(gem{}); }

namespace {

template <class P>
void same_on_levels(const P& policy) {
  random_numbers r;
  for (const counted_map& m : counted_maps())
    for (const layout_case& layout : layouts()) {
      const placed<float> x({2, 19, m.h, m.w}, layout, 1, signed_values(r));
      const placed<float16> y({2, 19, m.h, m.w}, layout, 1, signed_values(r));
      const auto base = pool(cpu{.target = instruction_set::baseline}, x.view, policy);
      const auto half = pool(cpu{.target = instruction_set::baseline}, y.view, policy);
      for (const auto level : {instruction_set::avx2, instruction_set::avx512}) {
        INFO(x.text << ", " << to_string(level));
        CHECK(same_bits(base, pool(cpu{.target = level}, x.view, policy)));
        CHECK(same_bits(half, pool(cpu{.target = level}, y.view, policy)));
      }
    }
}

/// Views of the same numbers with rows that are or are not contiguous.
template <class P>
void same_when_strided(const P& policy) {
  for (const counted_map& m : counted_maps())
    for (const int c : {1, 19}) {
      std::vector<float> bits;
      for (const std::size_t l : {0u, 1u, 2u, 5u, 7u, 13u}) {
        int i = 0;
        random_numbers r(7);
        std::vector<double> values(array_size(2 * c * m.h * m.w));
        for (double& v : values) v = r.uniform(-1, 3);
        const placed<float> x({2, c, m.h, m.w}, layouts()[l], 0, [&] { return values[array_size(i++)]; });
        const auto d = pool(x.view, policy);
        if (l == 0) bits.assign(d.data(), d.data() + d.values().size());
        INFO(x.text);
        CHECK(std::memcmp(bits.data(), d.data(), bits.size() * sizeof(float)) == 0);
      }
    }
}

}  // namespace

TEST_CASE("levels: sum") { same_on_levels(cnnpool::sum{}); }
TEST_CASE("levels: average") { same_on_levels(average{}); }
TEST_CASE("levels: max") { same_on_levels(cnnpool::max()); }
TEST_CASE("strided rows: sum") { same_when_strided(cnnpool::sum{}); }
TEST_CASE("strided rows: gem") { same_when_strided(gem{}); }
#endif
