#include <cnnpool/cnnpool.hpp>

#include <algorithm>
#include <list>
#include <ranges>
#include <string>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "made_when_asked.hpp"

using namespace cnnpool;

namespace {
const std::vector<float>& memory() {
  static const std::vector<float> m = [] {
    std::vector<float> v(4 * 256 * 24 * 32);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i * 7919 % 1009) / 100;
    return v;
  }();
  return m;
}
feature_view<float> view(const shape& s) { return {memory().data(), s, nchw}; }
}  // namespace

TEST_CASE("an output of the wrong size is one sentence and is not touched") {
  std::vector<float> out(4 * 512, -7);
  workspace w;
  CHECK(sentence([&] {
          pool_into(cpu{}, view({4, 256, 24, 32}), rmac{}, descriptor_span<float>(out.data(), 4, 512), w);
        }) == "pool_into: output is 4 x 512, policy rmac on 4 x 256 x 24 x 32 needs 4 x 256");
  CHECK(sentence([&] {
          pool_into(view({2, 3, 4, 5}), max() | power{} | l2{}, descriptor_span<float>(out.data(), 1, 3), w);
        }) == "pool_into: output is 1 x 3, policy max | power | l2 on 2 x 3 x 4 x 5 needs 2 x 3");
  CHECK(sentence([&] {
          pool_into(view({1, 3, 4, 5}), concat(sum{}, gem{}), descriptor_span<float>(out.data(), 1, 3), w);
        }) == "pool_into: output is 1 x 3, policy concat(sum, gem) on 1 x 3 x 4 x 5 needs 1 x 6");
  for (const float v : out) REQUIRE(v == -7);
}

TEST_CASE("the policy's own numbers are checked before anything is written") {
  std::vector<float> out(6, -7);
  workspace w;
  const descriptor_span<float> span(out.data(), 1, 3);
  CHECK(sentence([&] {
          pool_into(view({1, 3, 4, 5}), gem{.p = -1}, span, w);
        }) == "gem: p is -1, expected a positive number");
  CHECK(sentence([&] { pool_into(view({1, 3, 4, 5}), regional(gem{.p = 0}, rmac_grid{}) | l2{}, span, w); }) ==
        "gem: p is 0, expected a positive number");
  CHECK(sentence([&] {
          pool_into(view({1, 3, 4, 5}), concat(sum{}, gem{.p = 0}), span, w);
        }) == "gem: p is 0, expected a positive number");
  CHECK(sentence([&] { pool(view({1, 3, 4, 5}), max() | truncation{.dimensions = 4}); }) ==
        "truncation: dimensions is 4, expected 1 to 3 (the size of the descriptor)");
  CHECK(sentence([&] {
          pool(view({1, 3, 4, 5}), max() | power{.alpha = 0});
        }) == "power: alpha is 0, expected a positive number");
  CHECK(sentence([&] {
          pool(view({1, 3, 4, 5}), max() | l2{.add_epsilon = -1});
        }) == "l2: add_epsilon is -1, expected 0 or more");
  CHECK(sentence([&] { pool(view({1, 3, 4, 5}), rmac{.levels = 0}); }) == "rmac_grid: levels is 0, expected 1 to 1000");
  for (const float v : out) REQUIRE(v == -7);
}

TEST_CASE("no positions is an error that names the shape; no image or channel is an empty result") {
  CHECK(sentence([] { pool(feature_view<float>(nullptr, {2, 3, 0, 5}, nchw), sum{}); }) ==
        "pool: shape 2 x 3 x 0 x 5 has no positions, expected h and w of at least 1");
  const auto none = pool(feature_view<float>(nullptr, {0, 3, 4, 5}, nchw), rmac{});
  CHECK((none.rows() == 0 && none.cols() == 3 && none.values().size() == 0));
  const auto thin = pool(feature_view<float>(nullptr, {2, 0, 4, 5}, nchw), concat(crow{}, gem{}) | l2{});
  CHECK((thin.rows() == 2 && thin.cols() == 0 && thin.values().size() == 0));
  CHECK(pool_regions(feature_view<float>(nullptr, {0, 3, 4, 4}, nchw), max(), rmac_grid{}).rows() == 0);
  for (const auto& layout : {nchw(shape{2, 0, 3, 2}), nhwc(shape{2, 0, 3, 2})}) {
    std::vector<float> map(12, -7);
    workspace w;
    pool_into(feature_view<float>(nullptr, {2, 0, 3, 2}, layout), crow_spatial_weights{},
              descriptor_span<float>(map.data(), 2, 6), w);
    CHECK(map == std::vector<float>(12, 0));
  }
  CHECK(pool(feature_view<float>(), sum{}).values().size() == 0);
}

TEST_CASE("a list of views of different sizes") {
  const std::vector<feature_view<float>> list = {view({1, 16, 5, 9}), view({2, 16, 8, 4}), view({1, 16, 1, 1})};
  const auto all = pool(list, rmac{});
  REQUIRE((all.rows() == 4 && all.cols() == 16));
  const auto second = pool(list[1], rmac{});
  for (index_t j = 0; j < 16; ++j) CHECK(all(2, j) == second(1, j));
  const std::vector<feature_view<float>> mixed = {view({1, 16, 5, 9}), view({1, 17, 5, 9})};
  CHECK(sentence([&] { pool(mixed, sum{}); }) ==
        "pool: view 1 of the list: shape 1 x 17 x 5 x 9 gives 17 components, the views before it gave 16");
}

TEST_CASE("what is wrong with a list names the view; what is wrong with the policy is wrong without any view") {
  const std::vector<feature_view<float>> none, mixed = {view({1, 16, 5, 9}), view({2, 17, 5, 9})};
  const std::vector<feature_view<float>> flat = {view({1, 3, 1, 1}), feature_view<float>(nullptr, {1, 3, 0, 5}, nchw)};
  const codebook words(std::vector<float>(2 * 16, 1.f), 2);
  CHECK(sentence([&] { pool(mixed, vlad(words) | l2{}); }) ==
        "pool: view 1 of the list: vlad: the codebook has centres of 16 components, the activations 17 channels");
  CHECK(sentence([&] { pool(flat, sum{}); }) ==
        "pool: view 1 of the list: shape 1 x 3 x 0 x 5 has no positions, expected h and w of at least 1");
  // The sentence after it is about something else.
  CHECK(sentence([&] { pool(view({1, 17, 5, 9}), vlad(words)); }) ==
        "vlad: the codebook has centres of 16 components, the activations 17 channels");

  CHECK(pool(none, gem{} | l2{}).rows() == 0);
  CHECK(pool(none, vlad(words)).rows() == 0);
  const char* const negative = "gem: p is -1, expected a positive number";
  CHECK(sentence([&] { pool(none, gem{.p = -1}); }) == negative);
  CHECK(sentence([&] { pool(none, relu{} | gem{.p = -1} | l2{}); }) == negative);
  CHECK(sentence([&] { pool(none, concat(sum{}, gem{.p = -1} | l2{}) | power{}); }) == negative);
  CHECK(sentence([&] { pool(none, regional(gem{.p = -1}, rmac_grid{})); }) == negative);
  CHECK(sentence([&] { pool(none, sum{} | l2{} | power{.alpha = 0}); }) ==
        "power: alpha is 0, expected a positive number");
  CHECK(sentence([&] { pool(none, sum{} | (l2{} | power{.alpha = 0})); }) ==
        "power: alpha is 0, expected a positive number");
  CHECK(sentence([&] { pool(none, crow{.beta = -2}); }) ==
        "crow: alpha is 2 and beta is -2, expected positive numbers");
  CHECK(sentence([&] { pool(none, rmac{.levels = 0}); }) == "rmac_grid: levels is 0, expected 1 to 1000");
  CHECK(sentence([&] { pool(none, vlad(words, {.nearest = 3})); }) ==
        "vlad: nearest is 3, expected 1 to 2 (the clusters)");
  CHECK(sentence([&] { pool(none, multi_scale{.p = 0}); }) ==
        "multi_scale: p is 0, expected a positive finite number");
  workspace w;
  descriptors<float> out(0, 0);
  CHECK(sentence([&] { pool_into(none, gem{.p = -1}, out, w); }) == negative);
  CHECK(sentence([&] { workspace_bytes(cpu{}, none, gem{.p = -1}); }) == negative);
}

TEST_CASE("a range that makes its views when they are asked for may make them all in one buffer") {
  std::vector<float> buffer(3 * 40 * 40);
  int made = 0;
  const auto frame = [&](index_t i) {
    ++made;
    std::ranges::fill(buffer, static_cast<float>(i));
    return feature_view<float>(buffer.data(), {.c = 3, .h = 40, .w = 10 + i}, nchw);
  };
  const auto d = pool(testing::made_when_asked(5, frame), cnnpool::max() | scale{.factor = 2});
  for (index_t i = 0; i < 5; ++i) CHECK(d(i, 2) == static_cast<float>(2 * i));
  CHECK(made == 3 * 5);  // for the shapes, for the workspace, and to be pooled
}

TEST_CASE("regions of one's own, and regions outside the map") {
  const box boxes[] = {{0, 0, 2, 2}, {1, 3, 3, 2}};
  const auto x = view({2, 5, 4, 5});
  const auto r = pool_regions(x, max(), box_list{boxes});
  REQUIRE((r.rows() == 4 && r.cols() == 5));
  const auto cropped = pool(x.crop(boxes[1]), max());
  for (index_t j = 0; j < 5; ++j) CHECK(r(3, j) == cropped(1, j));
  const box outside[] = {{0, 0, 2, 2}, {1, 3, 4, 2}};
  CHECK(sentence([&] { pool_regions(x, max(), box_list{outside}); }) ==
        "pool_regions: region 1 is 4 x 2 at (1, 3), outside the map of 4 x 5");
  CHECK(sentence([&] { pool(x, regional(max(), box_list{outside})); }) ==
        "regional: region 1 is 4 x 2 at (1, 3), outside the map of 4 x 5");
  CHECK(sentence([&] { pool(x, regional(max(), box_list{})); }) ==
        "regional: the grid has no region on a map of 4 x 5");
}

TEST_CASE("run-time types give float, double stays double") {
  const std::vector<double> d(12, 0.25);
  CHECK(std::is_same_v<decltype(pool(feature_view<double>(d.data(), {.c = 3, .h = 4}, nchw), sum{})),
                       descriptors<double>>);
  const any_feature_view any = feature_view<double>(d.data(), {.c = 3, .h = 4}, nchw);
  const descriptors<float> r = pool(any, crow{} | l2{});
  CHECK(r.cols() == 3);
  const descriptors<float> s = pool(any, sum{});
  CHECK(s(0, 2) == 1);
  descriptors<float> out(1, 3);
  workspace w;
  pool_into(any, max(), out, w);
  CHECK(out(0, 0) == 0.25f);
}

TEST_CASE("the workspace is known before, and grows when it has to") {
  const auto x = view({2, 64, 12, 16});
  CHECK(workspace_bytes(cpu{}, x, max()) == 0);
  const std::size_t bytes = workspace_bytes(cpu{.threads = 1}, x, rmac{});
  CHECK(bytes > 0);
  CHECK(workspace_bytes<float>(cpu{.threads = 1}, shape{2, 64, 12, 16}, nchw, rmac{}) == bytes);
  workspace w(bytes);
  const void* data = w.data();
  descriptors<float> out(2, 64);
  pool_into(cpu{.threads = 1}, x, rmac{}, out, w);
  CHECK((w.data() == data && w.capacity() == bytes));
  workspace small;
  pool_into(cpu{.threads = 1}, x, rmac{}, out, small);
  CHECK(small.capacity() == bytes);
}

TEST_CASE("a row of a larger output takes one descriptor, and the others are not touched") {
  workspace w;
  descriptors<float> d(3, 5);
  descriptors<double> wide(2, 5);
  const auto x = view({1, 5, 4, 6}), y = view({1, 5, 3, 3});
  pool_into(x, gem{}, d[1], w);
  const descriptor_row<double> last = wide.span().row(1);  // const itself, not its components
  pool_into(reference{}, std::vector{x}, gem{}, last, w);
  pool_regions_into(cpu{}, y, max(), whole_map{}, d.row(2), w);
  for (index_t j = 0; j < 5; ++j) {
    CHECK((d(0, j) == 0 && d(1, j) == pool(x, gem{})(0, j) && d(2, j) == pool(y, max())(0, j)));
    CHECK((wide(0, j) == 0 && wide(1, j) == pool(reference{}, x, gem{})(0, j)));
  }
  CHECK(sentence([&] { pool_into(view({1, 4, 4, 6}), gem{}, d[0], w); }) ==
        "pool_into: output is 1 x 5, policy gem on 1 x 4 x 4 x 6 needs 1 x 4");
  CHECK(sentence([&] { pool_into(view({2, 5, 4, 6}), gem{}, d[0], w); }) ==
        "pool_into: output is 1 x 5, policy gem on 2 x 5 x 4 x 6 needs 2 x 5");
  CHECK((d(0, 0) == 0 && d(0, 4) == 0));
}

TEST_CASE("pool_regions_into writes what pool_regions returns, and says what an output of the wrong size should be") {
  const auto x = view({2, 3, 7, 5});
  const auto expected = pool_regions(x, max() | l2{}, rmac_grid{});
  workspace w;
  descriptors<float> out(expected.rows(), 3);
  pool_regions_into(cpu{}, x, max() | l2{}, rmac_grid{}, out, w);
  for (std::size_t i = 0; i < out.values().size(); ++i) CHECK(out.data()[i] == expected.data()[i]);
  descriptors<float> small(4, 3);
  CHECK(sentence([&] { pool_regions_into(cpu{}, x, max() | l2{}, rmac_grid{}, small, w); }) ==
        "pool_regions_into: output is 4 x 3, policy max | l2 on 20 regions of 2 x 3 x 7 x 5 needs 40 x 3");
}

TEST_CASE("a requires-expression says whether a call compiles") {
  using x_t = feature_view<float>;
  using list = std::vector<x_t>;
  const auto can = []<class X, class P>(const X&, const P&) {
    return requires(const X& from, const P& p) { pool(from, p); };
  };
  const x_t x = view({1, 2, 3, 3});
  CHECK((can(x, max()) && can(x, gem{} | l2{}) && can(list{x}, rmac{}) && can(x, concat(cnnpool::sum{}, max()))));
  CHECK((!can(x, l2{}) && !can(x, 3) && !can(3, max()) && !can(std::string("x"), max()) && !can(list{}, l2{})));
  CHECK((!can(x, mop_vlad(std::vector<mop_level>(1))) && can(list{x}, mop_vlad(std::vector<mop_level>(1)))));
  static_assert(pools<rmac, x_t> && pools<rmac, x_t, reference> && !pools<l2, x_t> && !pools<rmac, x_t, int>);
  using device = feature_view<float, device_space>;
  static_assert(!pools<rmac, device>);
  const auto into = []<class Out>(Out&) {
    return requires(const x_t& from, Out& out, workspace& w) { pool_into(from, max(), out, w); };
  };
  descriptors<float> good;
  descriptor_span<float, device_space> elsewhere;
  std::string text;
  CHECK((into(good) && !into(elsewhere) && !into(text)));
  static_assert(backend<cpu> && backend<reference> && kernel::missing_primitive<cpu>() == nullptr && !backend<x_t>);
}

TEST_CASE("a list of views into memory of the caller") {
  const std::vector<feature_view<float>> list = {view({1, 16, 5, 9}), view({2, 16, 8, 4}), view({0, 16, 2, 2})};
  const auto expected = pool(list, rmac{});
  REQUIRE((expected.rows() == 3 && expected.cols() == 16));
  descriptors<double> out(3, 16);
  workspace w(workspace_bytes(cpu{}, list, rmac{}));
  pool_into(cpu{}, list, rmac{}, out, w);
  pool_into(list, rmac{}, out, w);
  for (index_t i = 0; i < 3; ++i)
    for (index_t j = 0; j < 16; ++j) CHECK(out(i, j) == static_cast<double>(expected(i, j)));
  descriptors<float> narrow(3, 16);
  pool_into(list, rmac{}, narrow, w);
  CHECK(narrow(2, 15) == expected(2, 15));
  descriptors<float> wrong(2, 16);
  CHECK(sentence([&] { pool_into(list, rmac{}, wrong, w); }) ==
        "pool_into: output is 2 x 16, policy rmac on a list of 3 views needs 3 x 16");
  const std::list<feature_view<float>> linked(list.begin(), list.end());  // no index
  const auto same = pool(linked, rmac{});
  CHECK(std::equal(same.values().begin(), same.values().end(), expected.values().begin()));
}

TEST_CASE("chains, concats, regions and views of temporaries: a requires-expression says whether they compile") {
  const auto chains = []<class A, class B>(const A&, const B&) { return requires(const A& a, const B& b) { a | b; }; };
  CHECK((chains(max(), l2{}) && chains(l2{}, power{}) && chains(relu{}, max())));
  CHECK((!chains(max(), max()) && !chains(l2{}, max()) && !chains(max(), 3) && !chains(l2{}, 3)));
  const auto joins = []<class... P>(const P&...) { return requires(const P&... p) { concat(p...); }; };
  CHECK((joins(max(), gem{}) && !joins(max(), l2{}) && !joins()));
  const auto regions = []<class P, class G>(const P&, const G&) {
    return requires(const P& p, const G& g) { regional(p, g); };
  };
  CHECK((regions(max(), rmac_grid{}) && !regions(l2{}, rmac_grid{}) && !regions(max(), 3)));
  const auto views = []<class T>(T&) { return requires(T& t) { as_view(t); }; };
  int no_tensor = 0;
  feature_view<float> x = view({1, 2, 3, 3});
  CHECK((views(x) && !views(no_tensor)));
}

TEST_CASE("a backend's numbers are looked at") {
  const auto x = view({1, 2, 3, 3});
  const char* const expected = "cpu: threads is -2, expected 0 (as many as there are) or more";
  const cpu wrong{.threads = -2};
  descriptors<float> out(1, 2);
  workspace w;
  CHECK(sentence([&] { pool(wrong, x, max()); }) == expected);
  CHECK(sentence([&] { pool_into(wrong, x, max(), out, w); }) == expected);
  CHECK(sentence([&] { workspace_bytes(wrong, x, max()); }) == expected);
  CHECK(sentence([&] { pool(wrong, std::vector{x}, max()); }) == expected);
  CHECK(sentence([&] { pool_regions(wrong, x, max(), rmac_grid{}); }) == expected);
  const cpu uncounted{.parallel = {[](void*, index_t, void (*)(void*, index_t), void*) {}, nullptr}};
  CHECK(sentence([&] { pool(uncounted, x, max()); }) ==
        "cpu: parallel is set and threads is 0, expected the number of threads that it has");
}
