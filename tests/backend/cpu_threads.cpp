// Which calls the CPU backend shares among threads: by the work that a policy is, not by the bytes that it reads. The
// bits are the same whatever it does (cpu_same_bits.cpp has every policy).
#include <cnnpool/cnnpool.hpp>

#include <cstring>
#include <thread>
#include <vector>

#include "../catch.hpp"

using namespace cnnpool;

namespace {

/// The user's threads: how often they were called, and for how many tasks the last time.
struct counting_threads {
  int calls = 0;
  index_t tasks = 0;

  static void run(void* self, index_t count, void (*task)(void*, index_t), void* data) {
    counting_threads& me = *static_cast<counting_threads*>(self);
    ++me.calls;
    me.tasks = count;
    std::vector<std::thread> threads;
    for (index_t i = 0; i < count; ++i) threads.emplace_back(task, data, i);
    for (std::thread& t : threads) t.join();
  }
  cpu with(int threads) { return {.threads = threads, .parallel = {run, this}}; }
};

const std::vector<float>& memory() {
  static const std::vector<float> m = [] {
    std::vector<float> v(8 << 20);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i * 7919 % 1009) / 1009;
    return v;
  }();
  return m;
}
/// n maps of 7 x 7, .1 MB each.
feature_view<float> batch(index_t n) { return {memory().data(), {.n = n, .c = 512, .h = 7, .w = 7}, nchw}; }
std::vector<feature_view<float>> as_list(const feature_view<float>& x) {
  std::vector<feature_view<float>> list;
  for (index_t i = 0; i < x.extents().n; ++i) list.push_back(x.images(i, 1));
  return list;
}
bool same_bits(const descriptors<float>& a, const descriptors<float>& b) {
  return a.values().size() == b.values().size() && std::memcmp(a.data(), b.data(), a.values().size_bytes()) == 0;
}

/// How many tasks share the call, as a batch and as a list of its images; 0: it runs in the calling thread.
template <class P>
index_t tasks_of(index_t n, const P& policy, int threads = 2) {
  const auto x = batch(n);
  const auto expected = pool(cpu{.threads = 1}, x, policy);
  counting_threads whole, listed;
  CHECK(same_bits(pool(whole.with(threads), x, policy), expected));
  CHECK(same_bits(pool(listed.with(threads), as_list(x), policy), expected));
  CHECK((whole.calls <= 1 && whole.calls == listed.calls && whole.tasks == listed.tasks));
  return whole.tasks;
}

}  // namespace

TEST_CASE("a list of small maps is shared like a batch: one call for all of them") {
  std::vector<feature_view<float>> maps;
  for (index_t i = 0; i < 40; ++i)
    maps.push_back({memory().data() + i, {.c = 512, .h = 16 + i % 7, .w = 12 + i % 11}, nchw});  // .4 to .95 MB
  const auto policy = gem_p<3>{} | l2{};
  const auto expected = pool(cpu{.threads = 1}, maps, policy);
  for (const int threads : {2, 3, 7}) {
    counting_threads mine;
    CHECK(same_bits(pool(mine.with(threads), maps, policy), expected));
    CHECK((mine.calls == 1 && mine.tasks == threads));
  }
}
TEST_CASE("1.3 MB of maps are little work for a sum and enough for two threads for what reads them often") {
  const codebook words(std::vector<float>(memory().begin(), memory().begin() + 32 * 512), 32);
  CHECK(tasks_of(14, sum{}) == 0);
  CHECK(tasks_of(14, gem{} | l2{}) == 0);
  CHECK(tasks_of(14, crow{}) == 2);
  CHECK(tasks_of(14, rmac{}) == 2);
  CHECK(tasks_of(14, vlad(words)) == 2);
}
TEST_CASE("a few maps of .1 MB") {
  const codebook words(std::vector<float>(memory().begin(), memory().begin() + 64 * 512), 64);
  CHECK(tasks_of(5, rmac{}) == 0);
  CHECK(tasks_of(5, vlad(words), 3) == 3);
  CHECK(tasks_of(5, regional(gem{.p = 2.7}, rmac_grid{})) == 2);
}
TEST_CASE("what one index costs is counted: soft assignments visit every centre, several times") {
  const codebook words(std::vector<float>(memory().begin(), memory().begin() + 16 * 512), 16);
  CHECK(tasks_of(3, vlad(words)) == 0);
  CHECK(tasks_of(3, vlad(words, {.nearest = 5, .beta = 1000})) == 2);

  struct costly {
    double cost;
    double work() const { return cost; }
    void operator()(index_t) const {}
  };
  for (const double cost : {1e5, 1e6}) {
    counting_threads mine;
    char bytes[64];
    kernel::scratch s(bytes, sizeof bytes);
    mine.with(2).for_each_index(s, 4, costly{cost});
    CHECK(mine.calls == (cost == 1e6 ? 1 : 0));
  }
}
TEST_CASE("the exponent says what GeM costs, in one pass too") {
  const auto x = batch(5);
  counting_threads cheap, costly;
  pool(cheap.with(2), x, gem{.p = 3});
  pool(costly.with(2), x, gem{.p = 2.7});
  CHECK((cheap.calls == 0 && costly.calls == 1));
}
TEST_CASE("a large map among few is cut itself") {
  const feature_view<float> x(memory().data(), {.n = 2, .c = 512, .h = 40, .w = 40}, nchw);  // 3 MB each
  counting_threads mine;
  const auto d = pool(mine.with(4), x, crow{});
  CHECK(mine.calls > 2);  // every pass over an image
  CHECK(same_bits(d, pool(cpu{.threads = 1}, x, crow{})));
}
TEST_CASE("a worker of one's own pools with one thread") {
  struct job {
    const std::vector<feature_view<float>>& maps;
    descriptors<float> out;
    counting_threads inner;
  };
  const auto maps = as_list(batch(30));
  job all{maps, descriptors<float>(30, 512), {}};
  const auto one = [](void* data, index_t i) {
    job& j = *static_cast<job*>(data);
    workspace w;
    pool_into(j.inner.with(1), j.maps[static_cast<std::size_t>(i)], rmac{}, j.out.span().row_range(i, 1), w);
  };
  counting_threads outer;
  counting_threads::run(&outer, 30, one, &all);
  CHECK(all.inner.calls == 0);
  CHECK(same_bits(all.out, pool(cpu{.threads = 1}, maps, rmac{})));
}
