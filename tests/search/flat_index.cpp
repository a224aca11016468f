// That it finds what `nearest` finds, whatever the rows are, is checked in nearest.cpp.
#include <cnnpool/search/flat_index.hpp>

#include <algorithm>

#include "allocations.hpp"
#include "catch.hpp"
#include "errors.hpp"
#include "search/rows.hpp"

using namespace cnnpool;
using testing::random_rows;
using testing::same;

TEST_CASE("an index serves many calls") {
  descriptors<float> x(3, 2), q(1, 2);
  x(0, 0) = 1, x(1, 1) = 5, x(2, 0) = 3, x(2, 1) = 4;
  q(0, 0) = 2;
  const flat_index index(x);
  for (int call = 0; call < 3; ++call) {
    const neighbours found = index.nearest(q, 2);
    CHECK((found[0][0].id == 0 && found[0][1].id == 2));
    CHECK(found[0][1].score == Approx(0.6));
  }
  CHECK(flat_index(x, metric::euclidean).nearest(q, 1)[0][0].id == 0);
  CHECK((index.rows() == 3 && index.cols() == 2));
}
TEST_CASE("however the rows came, and at every size, it finds what nearest finds") {
  const auto x = random_rows(70, 9), q = random_rows(4, 9);
  for (const metric by : {metric::cosine, metric::euclidean}) {
    flat_index<float> one(by, {.rows = 16}), some(by, {.queries = 3, .rows = 16});
    for (index_t i = 0; i < 70; ++i) {
      const descriptor_span<const float> all(x.data(), 70, 9);
      one.add(all.row_range(i, 1));
      if (i % 10 == 9) some.add(all.row_range(i - 9, 10));
      const neighbours expected = nearest(q, all.row_range(0, i + 1), 5, by);
      REQUIRE(same(one.nearest(q, 5), expected));
      if (i % 10 == 9) REQUIRE(same(some.nearest(q, 5), expected));
    }
    CHECK(std::ranges::equal(one.row(33), x.row(33)));
    CHECK(same(nearest(q, one, 70, by), nearest(q, x, 70, by)));  // the index is descriptor_rows itself
  }
}
TEST_CASE("the newest rows can be left out") {
  const auto x = random_rows(40, 9), q = random_rows(3, 9);
  const flat_index index(x, metric::cosine, {.rows = 16});
  for (const index_t last : {0, 1, 7, 8, 39})
    CHECK(same(index.nearest(q, 6, {.except_last = last}),
               nearest(q, descriptor_span<const float>(x.data(), 40 - last, 9), 6)));
  CHECK(index.nearest(q, 6, {.except_last = 40})[2].empty());
  CHECK(index.nearest(q, 6, {.except_last = 1000})[2].empty());
}
TEST_CASE("the rows are its own: those of a temporary, of a span that is gone, of the index itself") {
  flat_index index(random_rows(20, 3), metric::cosine, {.rows = 8});
  {
    const descriptors<float> frame = random_rows(1, 3);
    const descriptor_span<const float> gone(frame.data(), 1, 3);
    index.add(gone);
  }
  index.add(index);
  const auto q = random_rows(1, 3);
  CHECK(index.rows() == 42);
  for (index_t i = 0; i < 21; ++i) CHECK(std::ranges::equal(index.row(i), index.row(21 + i)));
  const flat_index copy = index;
  CHECK(same(copy.nearest(q, 42), index.nearest(q, 42)));
}
TEST_CASE("a frame's query allocates nothing, and adding allocates seldom") {
  const auto x = random_rows(300, 16);
  const descriptor_span<const float> all(x.data(), 300, 16);
  for (const metric by : {metric::cosine, metric::euclidean}) {
    flat_index<float> index(by, {.rows = 64});
    index.add(all.row_range(0, 200));
    neighbours found;
    search_workspace w;
    index.nearest_into(all.row_range(0, 1), 5, found, w);
    const long before = testing::allocations();
    for (index_t i = 0; i < 50; ++i) index.nearest_into(all.row_range(i, 1), 5, found, w, {.except_last = i % 7});
    const long made = testing::allocations() - before;
    CHECK(made == 0);
    const long adding = testing::allocations();
    for (index_t i = 200; i < 300; ++i) index.add(all.row_range(i, 1));
    const long added = testing::allocations() - adding;
    CHECK(added <= 2 * 4 * 7 + 2);  // two blocks of 64 rows, each of four vectors that double
  }
}
TEST_CASE("with its memory reserved, neither adding nor a query allocates, from the first frame on") {
  const auto x = random_rows(3000, 16);
  const descriptor_span<const float> all(x.data(), 3000, 16);
  for (const metric by : {metric::cosine, metric::euclidean})
    for (const index_t queries : {1, 12}) {
      flat_index<float> index(by);  // in blocks of 1024
      index.reserve(3000, 16);
      neighbours found;
      search_workspace w;
      index.nearest_into(all.row_range(0, queries), 40, found, w);
      const long before = testing::allocations();
      for (index_t i = 0; i + queries <= 3000; i += queries) {
        index.nearest_into(all.row_range(i, queries), 40, found, w, {.except_last = 5});
        index.add(all.row_range(i, queries));
      }
      const long made = testing::allocations() - before;
      CHECK(made == 0);
      CHECK(same(index.nearest(all.row_range(7, 2), 40), nearest(all.row_range(7, 2), all, 40, by)));
    }
}
TEST_CASE("reserving changes no row and no result, and more rows than that may come") {
  const auto x = random_rows(70, 9), q = random_rows(4, 9);
  const descriptor_span<const float> all(x.data(), 70, 9);
  flat_index<float> index(metric::cosine, {.rows = 16});
  index.reserve(3, 20);  // no row yet: the first ones decide how many components there are
  index.add(all.row_range(0, 5));
  for (const index_t rows : {2, 40, 0, 40}) {
    index.reserve(rows, 9);
    CHECK((index.rows() == 5 && index.cols() == 9));
    CHECK(same(index.nearest(q, 5), nearest(q, all.row_range(0, 5), 5)));
  }
  const flat_index copy = index;
  const long before = testing::allocations();
  index.add(all.row_range(5, 35));
  const long made = testing::allocations() - before;
  CHECK(made == 0);
  index.add(all.row_range(40, 30));
  CHECK(same(index.nearest(q, 70), nearest(q, x, 70)));
  CHECK(same(copy.nearest(q, 70), nearest(q, all.row_range(0, 5), 70)));
  CHECK(sentence([&] { index.reserve(100, 8); }) == "flat_index: rows of 8 components for an index of 9");
  CHECK(sentence([&] { index.reserve(-1, 9); }) == "flat_index: shape -1 x 9 x 1 x 1 has a negative extent");
}
TEST_CASE("nothing to search, and what is wrong") {
  const descriptors<float> x(2, 3), none(0, 3), narrow(2, 0);
  const flat_index index(x), empty(none);
  CHECK(index.nearest(none, 1).size() == 0);
  CHECK(empty.nearest(x, 1)[1].empty());
  CHECK(empty.nearest(descriptors<float>(1, 8), 1, {.except_last = 3})[0].empty());
  CHECK(flat_index<float>().nearest(x, 1)[1].empty());
  CHECK(flat_index(narrow).nearest(narrow, 1)[1][0].id == 0);
  CHECK(flat_index(narrow).nearest(narrow, 2, {.except_last = 1})[1].size() == 1);
  flat_index<float> grown;
  grown.add(descriptors<float>(0, 5));  // no row, no number of components
  grown.add(x);
  CHECK(sentence([&] { grown.add(descriptors<float>(1, 4)); }) ==
        "flat_index: rows of 4 components for an index of 3");
  CHECK((grown.rows() == 2 && grown.cols() == 3));
  CHECK(sentence([&] { index.nearest(x, 0); }) == "flat_index: k is 0, expected at least 1");
  CHECK(sentence([&] { index.nearest(x, 1, {.except_last = -1}); }) ==
        "flat_index: except_last is -1, expected 0 or more");
  CHECK(sentence([&] { index.nearest(descriptors<float>(1, 4), 1); }) ==
        "flat_index: queries have 4 components, the database has 3");
  CHECK(sentence([&] { flat_index(x, metric::cosine, {.rows = 0}); }) ==
        "flat_index: blocks of 1024 queries and 0 rows, expected at least 1 of each");
}
