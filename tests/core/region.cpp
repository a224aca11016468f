#include <cnnpool/core/region.hpp>

#include <limits>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("a region is inside the map, to the last row and column; one outside is a sentence") {
  const shape map{1, 2, 4, 5};
  const auto checked = [&](const box& b) {
    const std::vector<box> boxes{{0, 0, 4, 5}, b};
    const auto regions = box_list{boxes}.regions(4, 5);
    return sentence([&] { detail::check_regions(regions, map, "regional", [](index_t, const shape&) {}); });
  };
  for (const box& b : {box{0, 0, 1, 1}, box{3, 4, 1, 1}, box{0, 0, 4, 5}, box{1, 2, 3, 3}}) CHECK(checked(b).empty());
  CHECK(checked({0, 0, 0, 1}) == "regional: region 1 is 0 x 1 at (0, 0), outside the map of 4 x 5");
  CHECK(checked({0, 0, 1, 0}) == "regional: region 1 is 1 x 0 at (0, 0), outside the map of 4 x 5");
  CHECK(checked({-1, 0, 1, 1}) == "regional: region 1 is 1 x 1 at (-1, 0), outside the map of 4 x 5");
  CHECK(checked({0, -1, 1, 1}) == "regional: region 1 is 1 x 1 at (0, -1), outside the map of 4 x 5");
  CHECK(checked({2, 0, 3, 1}) == "regional: region 1 is 3 x 1 at (2, 0), outside the map of 4 x 5");
  CHECK(checked({0, 3, 1, 3}) == "regional: region 1 is 1 x 3 at (0, 3), outside the map of 4 x 5");
  const index_t big = std::numeric_limits<index_t>::max();
  CHECK(!checked({big, 0, 1, 1}).empty());
  CHECK(!checked({0, 0, 1, big}).empty());
}

TEST_CASE("the check sees every region's own shape") {
  const std::vector<box> boxes{{0, 0, 4, 5}, {1, 2, 3, 2}};
  std::vector<shape> seen;
  detail::check_regions(box_list{boxes}.regions(4, 5), {6, 2, 4, 5}, "x", [&](index_t k, const shape& s) {
    CHECK(k == static_cast<index_t>(seen.size()));
    seen.push_back(s);
  });
  CHECK(seen == std::vector<shape>{{6, 2, 4, 5}, {6, 2, 3, 2}});
}
