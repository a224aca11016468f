#include <cnnpool/evaluate/ground_truth_json.hpp>

#include "catch.hpp"
#include "errors.hpp"
#include "folder.hpp"

using namespace cnnpool;

namespace {

constexpr const char* good = R"({
  "imlist": ["a", "b", "c", "d"], "qimlist": ["q1", "q2"],
  "gnd": [{"bbx": [1, 2.5, 3, 4], "easy": [0, 2], "hard": [1], "junk": []},
          {"easy": [], "hard": [3], "junk": [0]}], "more": null})";

TEST_CASE("the published ground truth as JSON") {
  const test_folder folder("json");
  const revisited_set set = read_revisited_json(folder.write("gnd.json", good));
  CHECK(set.images == std::vector<std::string>{"a", "b", "c", "d"});
  REQUIRE(set.queries.size() == 2);
  CHECK(set.queries[0].image == "q1");
  CHECK(set.queries[0].box == query_box{1, 2.5, 3, 4});
  CHECK(set.queries[0].truth.easy == std::vector<index_t>{0, 2});
  CHECK(set.queries[1].truth.hard == std::vector<index_t>{3});
  const std::vector<std::vector<index_t>> lists = {{0, 2, 1, 3}, {0, 3, 1, 2}};
  CHECK(measure_revisited(lists, set.truths(), protocol::easy).map.left_out == 1);
  CHECK(measure_revisited(lists, set.truths(), protocol::hard).map.value == 1);
}

TEST_CASE("whatever is wrong is one sentence") {
  const test_folder folder("json_bad");
  const std::string path = folder / "gnd.json", at = "read_revisited_json: " + path;
  const auto said = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t where = text.find(from);
    REQUIRE(where != std::string::npos);
    text.replace(where, from.size(), to);
    folder.write("gnd.json", text);
    return sentence([&] { read_revisited_json(path); });
  };
  CHECK(said("null", "null") == "");
  CHECK(said("null}", "null") == at + " is not JSON");
  CHECK(said("[\"a\", \"b\"", "[\"b\", \"b\"") == "image_names: \"b\" is twice in the list of 4 names, expected once");
  CHECK(said("\"imlist\"", "\"images\"") == at + ": \"imlist\" is no array, expected one");
  CHECK(said("\"q1\"", "7") == at + ": entry 0 of \"qimlist\" is no string, expected a name");
  CHECK(said(", \"q2\"", "") == at + ": 2 entries of \"gnd\" for 1 queries, expected as many");
  CHECK(said("[0, 2]", "[0, 4]") == at + ": query \"q1\": 4 in \"easy\", expected 0 to 3");
  CHECK(said("[0, 2]", "[-1]") == at + ": query \"q1\": -1 in \"easy\", expected 0 to 3");
  CHECK(said("[0, 2]", "[18446744073709551615]") ==
        at + ": query \"q1\": 18446744073709551615 in \"easy\", expected 0 to 3");
  CHECK(said("[0, 2]", "[-9223372036854775808]") ==
        at + ": query \"q1\": -9223372036854775808 in \"easy\", expected 0 to 3");
  CHECK(said("[0, 2]", "[0.5]") == at + ": query \"q1\": an entry that is no integer in \"easy\", expected 0 to 3");
  CHECK(said("[0, 2]", "[2, 2]") == at.substr(0, 21) + path + ": query \"q1\", \"easy\": \"c\" is in " + path +
                                        ": query \"q1\", \"easy\" already, expected once");
  CHECK(said("[1]", "[2]") == at.substr(0, 21) + path + ": query \"q1\", \"hard\": \"c\" is in " + path +
                                  ": query \"q1\", \"easy\" already, expected once");
  CHECK(said("\"junk\": []", "\"junk\": 3") == at + ": query \"q1\": \"junk\" is no array, expected one");
  CHECK(said("[1, 2.5, 3, 4]", "[1, 2, 3]") ==
        at + ": query \"q1\": \"bbx\" is not 4 numbers, expected x0, y0, x1, y1");
  CHECK(said("[1, 2.5, 3, 4]", "[3, 2.5, 1, 4]") ==
        at + ": query \"q1\": the box 3 2.5 1 4, expected x0 y0 x1 y1 with x0 < x1 and y0 < y1");
  CHECK(said("{\n", "\xef\xbb\xbf{\n") == "");
  folder.write("gnd.json", "\x80\2}q");
  CHECK(sentence([&] { read_revisited_json(path); }) ==
        at + " is a pickle of Python, expected text or JSON; scripts/revisited_json turns one into JSON");
  CHECK(said("[{", "[7, {") == at + ": 3 entries of \"gnd\" for 2 queries, expected as many");
  CHECK(sentence([&] { read_revisited_json(folder / "none"); }) ==
        "read_revisited_json: " + (folder / "none") + " cannot be opened");
  folder.write("gnd.json", "[]");
  CHECK(sentence([&] { read_revisited_json(path); }) == at + " holds no object, expected imlist, qimlist and gnd");
  folder.write("gnd.json", R"({"imlist": [], "qimlist": ["q"], "gnd": [3]})");
  CHECK(sentence([&] { read_revisited_json(path); }) == at + ": query \"q\" has no object in \"gnd\"");
}

}  // namespace
