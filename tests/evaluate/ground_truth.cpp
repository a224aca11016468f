#include <cnnpool/evaluate/ground_truth.hpp>

#include <cmath>

#include "catch.hpp"
#include "errors.hpp"
#include "folder.hpp"

using namespace cnnpool;

namespace {

const image_names images({"a_000001", "b_000002", "c_000003", "d_000004", "e_000005"});

/// A query of the Oxford form; files that are not named stay empty.
void write_query(const test_folder& folder, const std::string& name, const std::string& query, const std::string& good,
                 const std::string& ok, const std::string& junk) {
  folder.write(name + "_query.txt", query);
  folder.write(name + "_good.txt", good);
  folder.write(name + "_ok.txt", ok);
  folder.write(name + "_junk.txt", junk);
}

TEST_CASE("names of images") {
  CHECK(images.find("c_000003") == 2);
  CHECK(images.find("oxc1_c_000003") == -1);
  CHECK(images.size() == 5);
  CHECK(images[4] == "e_000005");
  CHECK(sentence([] {
          image_names({"x", "y", "x"});
        }) == "image_names: \"x\" is twice in the list of 3 names, expected once");
}

TEST_CASE("an Oxford folder: prefix, box, good and ok, junk, order of the names, line endings") {
  const test_folder folder("oxford");
  write_query(folder, "b_2", "oxc1_b_000002 136.5 34.1 648.5 955.7\n", "a_000001\nb_000002\n", "c_000003\n",
              "d_000004\n");
  write_query(folder, "a_1", "a_000001 0 1 2 3", "b_000002\r\n\r\n", "", "c_000003\r\na_000001");
  folder.write("README", "not a query");
  const auto queries = read_oxford_folder(folder.path(), images);
  REQUIRE(queries.size() == 2);
  CHECK(queries[0].name == "a_1");
  CHECK(queries[0].image == 0);
  CHECK(queries[0].truth.positives == std::vector<index_t>{1});
  CHECK(queries[0].truth.junk == std::vector<index_t>{2, 0});
  CHECK(queries[1].image == 1);
  CHECK(queries[1].box == query_box{136.5, 34.1, 648.5, 955.7});
  CHECK(queries[1].truth.positives == std::vector<index_t>{0, 1, 2});
  CHECK(queries[1].truth.junk == std::vector<index_t>{3});
}

TEST_CASE("a query without positives is read, and left out of the mean") {
  const test_folder folder("oxford_empty");
  write_query(folder, "a_1", "a_000001 0 0 1 1", "", "", "a_000001");
  write_query(folder, "b_1", "b_000002 0 0 1 1", "a_000001", "", "");
  std::vector<relevance<>> truths;
  for (const auto& query : read_oxford_folder(folder.path(), images)) truths.push_back(query.truth);
  const std::vector<std::vector<index_t>> lists = {{0, 1}, {0, 1}};
  const mean_measure map = mean_of(measures::average_precision{}, lists, truths);
  CHECK((map.value == 1 && map.counted == 1 && map.left_out == 1));
}

TEST_CASE("Oxford files that are wrong are one sentence with the name") {
  const test_folder folder("oxford_bad");
  const auto said = [&](const std::vector<std::string>& missing = {}) {
    return sentence([&] { read_oxford_folder(folder.path(), images, missing); });
  };
  const std::string at = "read_oxford_folder: " + folder.path();
  CHECK(said() == at + " holds 0 files *_query.txt, expected at least 1");
  CHECK(sentence([&] { read_oxford_folder(folder / "none", images); }) ==
        at + "/none cannot be opened: No such file or directory");

  write_query(folder, "q", "oxc1_z_000009 0 0 1 1", "", "", "");
  CHECK(said() == at + "/q_query.txt:1: \"z_000009\" is not one of the 5 images");
  write_query(folder, "q", "oxc1_a_000001 0 0 1", "", "", "");
  CHECK(said() == at + "/q_query.txt:1: 4 words, expected 5, the last 4 of them x0 y0 x1 y1");
  write_query(folder, "q", "oxc1_a_000001 0 0 1 x1", "", "", "");
  CHECK(said() == at + "/q_query.txt:1: \"x1\", expected a number");
  write_query(folder, "q", "\n", "", "", "");
  CHECK(said() == at + "/q_query.txt holds no query, expected one line");
  write_query(folder, "q", "a_000001 0 0 1 1\na_000001 0 0 1 1", "", "", "");
  CHECK(said() == at + "/q_query.txt:2: a second query, expected one line");

  write_query(folder, "q", "a_000001 0 0 1 1", "b_000002\nc_000009\n", "", "");
  CHECK(said() == at + "/q_good.txt:2: \"c_000009\" is not one of the 5 images");
  CHECK(said({"c_000009"}) == "");
  write_query(folder, "q", "a_000001 0 0 1 1", "b_000002\nb_000002\n", "", "");
  CHECK(said() == at + "/q_good.txt:2: \"b_000002\" is in " + (folder / "q_good.txt:1") + " already, expected once");
  write_query(folder, "q", "a_000001 0 0 1 1", "b_000002", "c_000003", "b_000002");
  CHECK(said() == at + "/q_junk.txt:1: \"b_000002\" is in " + (folder / "q_good.txt:1") + " already, expected once");
  write_query(folder, "q", "a_000001 0 0 1 1", "b_000002 c_000003", "", "");
  CHECK(said() == at + "/q_good.txt:1: 2 words, expected one name");
  std::filesystem::remove(folder / "q_ok.txt");
  folder.write("q_good.txt", "b_000002");
  CHECK(said() == at + "/q_ok.txt cannot be opened");
  std::filesystem::create_directory(folder / "q_ok.txt");
  CHECK(said() == at + "/q_ok.txt cannot be opened");
}

TEST_CASE("groups: every image a query, itself left out or counted") {
  const test_folder folder("groups");
  const auto groups =
      read_groups(folder.write("groups.txt", "# image group\na.jpg one\nb.jpg two\n\nc.jpg one\r\nd.jpg three"));
  REQUIRE(groups.size() == 4);
  CHECK(groups[2].image == "c.jpg");
  CHECK(groups[2].group == "one");
  const auto truths = truth_of_groups(groups);
  CHECK(truths[0].positives == std::vector<index_t>{2});
  CHECK(truths[0].junk == std::vector<index_t>{0});
  CHECK(truths[3].positives.empty());
  const auto kept = truth_of_groups(groups, true);
  CHECK(kept[2].positives == std::vector<index_t>{0, 2});
  CHECK(kept[2].junk.empty());

  const std::string bad = folder.write("bad.txt", "a.jpg one\nb.jpg\n");
  CHECK(sentence([&] { read_groups(bad); }) == "read_groups: " + bad + ":2: 1 words, expected an image and its group");
  folder.write("bad.txt", "a.jpg one\na.jpg two\n");
  CHECK(sentence([&] { read_groups(bad); }) ==
        "read_groups: " + bad + ":2: \"a.jpg\" is in " + bad + ":1 already, expected once");
  CHECK(sentence([&] { read_groups(folder / "none"); }) == "read_groups: " + (folder / "none") + " cannot be opened");
}

TEST_CASE("matches of queries and references by number") {
  const test_folder folder("matches");
  const auto truths = read_matches(folder.write("gnd.txt", "# query: references\n0: 0 1\n1:\n2: 4\n"), 5);
  REQUIRE(truths.size() == 3);
  CHECK(truths[0].positives == std::vector<index_t>{0, 1});
  CHECK(truths[1].positives.empty());
  CHECK(truths[2].positives == std::vector<index_t>{4});
  const auto said = [&](const std::string& text) {
    const std::string path = folder.write("bad.txt", text);
    return sentence([&] { read_matches(path, 5); });
  };
  const std::string at = "read_matches: " + (folder / "bad.txt");
  CHECK(said("1: 0\n") == at + ":1: \"1:\", expected \"0:\"");
  CHECK(said("0: 5\n") == at + ":1: reference 5, expected 0 to 4");
  CHECK(said("0: -1\n") == at + ":1: reference -1, expected 0 to 4");
  CHECK(said("0: 1.5\n") == at + ":1: reference 1.5, expected 0 to 4");
  CHECK(said("0: nan\n") == at + ":1: reference nan, expected 0 to 4");
  CHECK(said("0: 1e300\n") == at + ":1: reference 1e300, expected 0 to 4");
  CHECK(said("0: two\n") == at + ":1: \"two\", expected a number");
  CHECK(said("0: 1\n1: 2 2\n") == at + ":2: \"2\" is in " + (folder / "bad.txt") + ":2 already, expected once");
}

TEST_CASE("revisited lists as text") {
  const test_folder folder("revisited");
  const auto queries = read_revisited_list(
      folder.write("list.txt",
                   "# query kind images\nq1 box 1 2 3.5 4\nq1 easy a_000001 b_000002\nq2 junk a_000001\n"
                   "q1 hard c_000003\nq1 junk\nq2 easy e_000005\nq2 easy d_000004\n"),
      images);
  REQUIRE(queries.size() == 2);
  CHECK(queries[0].image == "q1");
  CHECK(queries[0].box == query_box{1, 2, 3.5, 4});
  CHECK(queries[0].truth.easy == std::vector<index_t>{0, 1});
  CHECK(queries[0].truth.hard == std::vector<index_t>{2});
  CHECK(queries[0].truth.junk.empty());
  CHECK(queries[1].truth.easy == std::vector<index_t>{4, 3});
  CHECK(queries[1].truth.junk == std::vector<index_t>{0});
  const auto said = [&](const std::string& text) {
    const std::string path = folder.write("bad.txt", text);
    return sentence([&] { read_revisited_list(path, images); });
  };
  const std::string at = "read_revisited_list: " + (folder / "bad.txt");
  CHECK(said("q1 good a_000001") == at + ":1: \"good\", expected box, easy, hard or junk");
  CHECK(said("q1") == at + ":1: \"\", expected box, easy, hard or junk");
  CHECK(said("q1 box 1 2 3") == at + ":1: 5 words, expected 6, the last 4 of them x0 y0 x1 y1");
  CHECK(said("q1 easy nobody") == at + ":1: \"nobody\" is not one of the 5 images");
  CHECK(said("q1 easy a_000001\nq2 easy a_000001\nq1 junk a_000001") ==
        at + ":3: \"a_000001\" is in " + (folder / "bad.txt") + ":1 already, expected once");
}

}  // namespace
