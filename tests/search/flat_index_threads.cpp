// Apart from flat_index.cpp, which counts allocations: ThreadSanitizer has an operator new of its own.
#include <cnnpool/search/flat_index.hpp>

#include <algorithm>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "search/rows.hpp"

using namespace cnnpool;
using testing::random_rows;
using testing::same;

TEST_CASE("several threads search one index") {
  const auto x = random_rows(200, 12), q = random_rows(30, 12);
  const flat_index index(x, metric::euclidean, {.rows = 32});
  const neighbours expected = index.nearest(q, 9);
  std::vector<char> good(4, 0);
  std::vector<std::thread> threads;
  for (char& mine : good)
    threads.emplace_back([&] {
      neighbours found;
      search_workspace w;
      mine = 1;
      for (int i = 0; i < 5; ++i) {
        index.nearest_into(q, 9, found, w);
        if (!same(found, expected)) mine = 0;
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(std::ranges::count(good, 1) == 4);
}
