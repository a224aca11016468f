// Views, policies and stages are shared by many threads at once without a lock; run under ThreadSanitizer by its
// preset. Each thread has its own output and workspace, as pool_into asks; the user's own threads run one call's
// shares.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <iterator>
#include <thread>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "catch.hpp"

namespace {

std::vector<float> numbers(std::size_t count) {
  std::vector<float> v(count);
  unsigned random = 7;
  for (float& f : v) f = static_cast<float>((random = random * 1664525u + 1013904223u) >> 8) / 16777216.f;
  return v;
}

const std::vector<float> memory = numbers(6 * 64 * 9 * 13);
const cnnpool::feature_view<float> batch(memory.data(), {.n = 6, .c = 64, .h = 9, .w = 13}, cnnpool::nchw);

bool same(const cnnpool::descriptors<float>& a, const cnnpool::descriptors<float>& b) {
  return a.values().size() == b.values().size() && std::equal(a.data(), a.data() + a.values().size(), b.data());
}

/// Runs every task on a thread of its own: the smallest thread pool that there is. It counts how often it is called.
std::atomic<int> calls{0};
const cnnpool::parallel_for own_threads{
    [](void*, cnnpool::index_t count, void (*task)(void*, cnnpool::index_t), void* data) {
      ++calls;
      std::vector<std::thread> threads;
      for (cnnpool::index_t i = 0; i < count; ++i) threads.emplace_back(task, data, i);
      for (std::thread& t : threads) t.join();
    },
    nullptr};

/// A tensor that owns a copy, as a lazy range of images gives them.
struct own_image {
  explicit own_image(const cnnpool::feature_view<float>& x)
      : values(x.data(), x.data() + x.extents().n * x.extents().c * x.extents().positions()), extents(x.extents()) {}
  std::vector<float> values;
  cnnpool::shape extents;
};
cnnpool::feature_view<float> cnnpool_view(const own_image& x, const cnnpool::hints&) {
  return {x.values.data(), x.extents, cnnpool::nchw};
}

/// A range that makes an image anew whenever one is asked for. Written out, because clang 14 refuses the views of the
/// standard library that it is used with.
struct images_on_demand {
  struct iterator {
    using value_type = own_image;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::forward_iterator_tag;

    own_image operator*() const { return own_image{*at}; }
    iterator& operator++() { return ++at, *this; }
    iterator operator++(int) { return {at++}; }
    bool operator==(const iterator&) const = default;

    const cnnpool::feature_view<float>* at = nullptr;
  };
  iterator begin() const { return {list.data()}; }
  iterator end() const { return {list.data() + list.size()}; }

  const std::vector<cnnpool::feature_view<float>>& list;
};

template <class Policy>
void pooled_by_many(const Policy& policy) {
  const auto expected = cnnpool::pool(batch, policy);
  std::vector<char> good(4, 0);
  std::vector<std::thread> threads;
  for (char& ok : good)
    threads.emplace_back([&] {
      cnnpool::descriptors<float> out(expected.rows(), expected.cols());
      cnnpool::workspace workspace;
      bool all = true;
      for (int i = 0; i < 3; ++i) {
        cnnpool::pool_into(batch, policy, out, workspace);
        all = all && same(out, expected);
      }
      ok = all;
    });
  for (std::thread& t : threads) t.join();
  for (const char ok : good) CHECK(ok);

  for (const int count : {2, 3, 8}) {
    const cnnpool::cpu backend{.threads = count, .parallel = own_threads};
    CHECK(same(cnnpool::pool(backend, batch, policy), expected));
  }
}

}  // namespace

TEST_CASE("folds are shared by threads") {
  pooled_by_many(cnnpool::concat(cnnpool::sum{}, cnnpool::max() | cnnpool::l2{}));
}
TEST_CASE("a policy of several primitives is shared by threads") { pooled_by_many(cnnpool::crow{} | cnnpool::power{}); }
TEST_CASE("regions are shared by threads") { pooled_by_many(cnnpool::rmac{}); }

TEST_CASE("the views of a list are shared by threads, as the images of a batch are") {
  std::vector<cnnpool::feature_view<float>> list;  // .2 to .9 MB each: too little for a thread, but not together
  const std::vector<float> many = numbers(512 * 23 * 20);
  for (cnnpool::index_t i = 0; i < 12; ++i)
    list.push_back({many.data(), {.c = 512, .h = 9 + i % 5, .w = 12 + i % 8}, cnnpool::nchw});
  list.push_back({many.data(), {.n = 0, .c = 512, .h = 2, .w = 2}, cnnpool::nchw});
  const auto policy = cnnpool::sum{} | cnnpool::l2{};
  const auto expected = cnnpool::pool(cnnpool::cpu{.threads = 1}, list, policy);
  CHECK(expected.rows() == 12);
  for (const int count : {2, 3, 8}) {
    calls = 0;
    CHECK(same(cnnpool::pool(cnnpool::cpu{.threads = count, .parallel = own_threads}, list, policy), expected));
    CHECK(calls == 1);
  }
  const images_on_demand made{list};
  CHECK(same(cnnpool::pool(cnnpool::cpu{.threads = 2, .parallel = own_threads}, made, policy), expected));
  calls = 0;  // a list of one large view: its channels are shared instead
  const std::vector<cnnpool::feature_view<float>> one{{many.data(), {.c = 512, .h = 23, .w = 20}, cnnpool::nchw},
                                                      {many.data(), {.c = 512, .h = 23, .w = 20}, cnnpool::nhwc}};
  for (const int count : {1, 8})
    CHECK(same(cnnpool::pool(cnnpool::cpu{.threads = count}, one, cnnpool::crow{}),
               cnnpool::pool(cnnpool::cpu{.threads = 1}, one, cnnpool::crow{})));
}

TEST_CASE("errors are raised in many threads at once") {
  std::vector<std::thread> threads;
  std::vector<int> raised(4, 0);
  for (int& r : raised)
    threads.emplace_back([&r] {
      for (int i = 0; i < 20; ++i) {
        try {
          cnnpool::pool(batch.crop({0, 0, 0, 0}), cnnpool::sum{});
        } catch (const cnnpool::error&) {
          ++r;
        }
      }
    });
  for (std::thread& t : threads) t.join();
  for (const int r : raised) CHECK(r == 20);
}
