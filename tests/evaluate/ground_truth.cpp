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
  CHECK(said("0: nan\n") == at + ":1: \"nan\", expected a number");
  CHECK(said("0: 0x1\n") == at + ":1: \"0x1\", expected a number");
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

TEST_CASE("files of every editor: marks, line ends, names with blanks, with and without an ending") {
  const test_folder folder("editors");
  const std::string mark = "\xef\xbb\xbf";
  const auto groups = read_groups(folder.write(
      "groups.txt", mark + "my photo.jpg\tthe tower \r\n\"the other.jpg\" \"the tower\"\r\nplain.jpg one\r\n"));
  REQUIRE(groups.size() == 3);
  CHECK((groups[0].image == "my photo.jpg" && groups[0].group == "the tower"));
  CHECK((groups[1].image == "the other.jpg" && groups[1].group == "the tower"));
  CHECK((groups[2].image == "plain.jpg" && groups[2].group == "one"));
  CHECK(read_matches(folder.write("gnd.txt", mark + "# numbers\n0:\t0 1\r\n"), 2)[0].positives.size() == 2);

  write_query(folder, "q", mark + "oxc1_a_000001.jpg 0 0 1 1\r\n", "b_000002.JPG\n", "\"c_000003\"\n",
              "d_000004.png\n");
  folder.write("._q_query.txt", std::string("\0\5\x16\7", 4));  // what a Mac leaves beside a file
  const auto queries = read_oxford_folder(folder.path(), images);
  REQUIRE(queries.size() == 1);
  CHECK((queries[0].image == 0 && queries[0].truth.positives == std::vector<index_t>{1, 2}));
  CHECK(queries[0].truth.junk == std::vector<index_t>{3});
  CHECK(queries[0].box_at == (folder / "q_query.txt") + ":1");

  const image_names endings({"a.jpg", "b.jpg", "b.png", "Mr.Smith"});
  CHECK(endings.find("a") == 0);
  CHECK(endings.find("a.png") == -1);
  CHECK(endings.find("b") == -1);  // of two
  CHECK(endings.find("b.png") == 2);
  CHECK(endings.find("Mr") == -1);
  CHECK(endings.find("Mr.Jones") == -1);
  CHECK(endings.find("Mr.Smith.jpg") == 3);
}

TEST_CASE("text that is none is named") {
  const test_folder folder("no_text");
  const auto said = [&](const std::string& bytes) {
    return sentence([&] { read_groups(folder.write("x", bytes)); });
  };
  const std::string at = "read_groups: " + (folder / "x");
  for (const std::string mark : {"\xff\xfe", "\xfe\xff"})
    CHECK(said(mark + "a") == at + " is UTF-16, expected UTF-8 (an editor can save it as that)");
  CHECK(said(std::string("a\0b\0", 4)) == at + " holds zero bytes, expected UTF-8 text (UTF-16 without its mark?)");
  CHECK(said("\x80\4\x95") ==
        at + " is a pickle of Python, expected text or JSON; scripts/revisited_json turns one into JSON");
  CHECK(said("\"a.jpg one") == at + ":1: a word begins with a double quote, expected another at its end");
  CHECK(said("\"a\"b one") == at + ":1: a word begins with a double quote, expected another at its end");
}

TEST_CASE("a box that is none is refused with its line") {
  const test_folder folder("boxes");
  const auto said = [&](const std::string& box) {
    write_query(folder, "q", "a_000001 " + box, "", "", "");
    return sentence([&] { read_oxford_folder(folder.path(), images); });
  };
  const std::string at = "read_oxford_folder: " + (folder / "q_query.txt") + ":1: ";
  CHECK(said("30 1 2 9") == at + "the box 30 1 2 9, expected x0 y0 x1 y1 with x0 < x1 and y0 < y1");
  CHECK(said("1 9 2 9") == at + "the box 1 9 2 9, expected x0 y0 x1 y1 with x0 < x1 and y0 < y1");
  CHECK(said("0 0 0 0") == at + "the box 0 0 0 0, expected x0 y0 x1 y1 with x0 < x1 and y0 < y1");
  for (const char* shares : {"0.1 0.2 0.8 0.9", "0 0 0.5 1", "0.25 0 1 1"})
    CHECK(said(shares) ==
          at + "the box " + shares + " is in shares of the photo's sides, it seems, expected pixels");
  for (const char* pixels : {"0 0 1 1", "0.5 0.5 1.5 1", "0 0 0.5 9", "-5 -5 1 1"}) CHECK(said(pixels) == "");
  for (const char* word : {"nan", "inf", "-inf", "0x10", "1e999", "1,5", "5px"})
    CHECK(said("0 0 1 " + std::string(word)) == at + "\"" + word + "\", expected a number");
  CHECK(said("-1.5 0 +2e1 1") == "");
}

}  // namespace
