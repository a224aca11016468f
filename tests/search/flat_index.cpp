// That it finds what `nearest` finds is checked in nearest.cpp.
#include <cnnpool/search/flat_index.hpp>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

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
TEST_CASE("nothing to search, and what is wrong") {
  const descriptors<float> x(2, 3), none(0, 3), narrow(2, 0);
  const flat_index index(x), empty(none);
  CHECK(index.nearest(none, 1).size() == 0);
  CHECK(empty.nearest(x, 1)[1].empty());
  CHECK(flat_index(narrow).nearest(narrow, 1)[1][0].id == 0);
  CHECK(sentence([&] { index.nearest(x, 0); }) == "flat_index: k is 0, expected at least 1");
  CHECK(sentence([&] { index.nearest(descriptors<float>(1, 4), 1); }) ==
        "flat_index: queries have 4 components, the database has 3");
  CHECK(sentence([&] { flat_index(x, metric::cosine, {.rows = 0}); }) ==
        "flat_index: blocks of 1024 queries and 0 rows, expected at least 1 of each");
  static_assert(!std::is_constructible_v<flat_index<descriptors<float>>, descriptors<float>>, "it would dangle");
}
