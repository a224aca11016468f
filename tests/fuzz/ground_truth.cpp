// Damaged ground-truth files: each reader gives a truth whose rows are all there, or one sentence.
#include <cnnpool/evaluate/ground_truth.hpp>
#include <cnnpool/evaluate/measures.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "folder.hpp"
#include "fuzz/fuzzing.hpp"

namespace {

using cnnpool::index_t;

const std::vector<std::string> names = {"a_000001", "b_000002", "c 000003", "d_000004.jpg", "e_000005"};
constexpr index_t count = 5;

void check(bool right) {
  if (!right) std::abort();
}
/// What was accepted can be measured.
void check(const cnnpool::relevance<>& truth) {
  for (const auto* rows : {&truth.positives, &truth.junk})
    for (const index_t row : *rows) check(row >= 0 && row < count);
  std::vector<index_t> list(count);
  std::iota(list.begin(), list.end(), index_t{0});
  if (truth.positives.empty()) return;
  const double ap = cnnpool::average_precision(list, truth);
  check(ap > 0 && ap <= 1);
}
void check(const cnnpool::query_box& box) {
  check(box == cnnpool::query_box{} || (box[0] < box[2] && box[1] < box[3]));
}

template <class Reader>
int try_reader(const Reader& reader) {
  try {
    reader();
    return 1;
  } catch (const cnnpool::error& e) {
    check(std::string(e.what()).find('\n') == std::string::npos);
    return 0;
  }
}

/// 1 when a reader accepted the file.
int try_file(const std::string& bytes) {
  static const test_folder queries("fuzz_queries"), lists("fuzz_lists");
  static const cnnpool::image_names images(names);
  static const bool made = [] {
    for (const char* kind : {"q_good.txt", "q_ok.txt", "q_junk.txt"}) queries.write(kind, ""), lists.write(kind, "");
    lists.write("q_query.txt", "a_000001 0 0 1 1");
    return true;
  }();
  check(made);
  const std::string path = queries.write("q_query.txt", bytes);
  lists.write("q_good.txt", bytes);
  int accepted = try_reader([&] {
    const auto groups = cnnpool::read_groups(path);
    const auto truths = cnnpool::truth_of_groups(groups);
    check(truths.size() == groups.size());
  });
  accepted += try_reader([&] {
    for (const auto& truth : cnnpool::read_matches(path, count)) check(truth);
  });
  accepted += try_reader([&] {
    for (const auto& query : cnnpool::read_revisited_list(path, images)) {
      check(query.box);
      for (const auto p : {cnnpool::protocol::easy, cnnpool::protocol::medium, cnnpool::protocol::hard})
        check(query.truth.under(p));
    }
  });
  accepted += try_reader([&] {
    for (const auto& query : cnnpool::read_oxford_folder(queries.path(), images)) check(query.box);
  });
  accepted += try_reader([&] {
    for (const auto& query : cnnpool::read_oxford_folder(lists.path(), images)) check(query.truth);
  });
  return accepted > 0 ? 1 : 0;
}

std::string good_file(testing::random_numbers& random) {
  const auto number = [&] { return std::to_string(random.between(0, 4)); };
  const auto name = [&] {
    const std::string plain = names[static_cast<std::size_t>(random.between(0, 4))];
    return plain.find(' ') == std::string::npos ? plain : "\"" + plain + "\"";
  };
  const int kind = random.between(0, 4);
  std::string file = random.between(0, 3) == 0 ? "\xef\xbb\xbf" : "";
  for (int line = 0, lines = random.between(1, 5); line < lines; ++line) {
    if (kind == 0) file += "photo" + std::to_string(line) + ".jpg\tgroup " + number();
    if (kind == 1) file += std::to_string(line) + ": " + number();
    if (kind == 2)
      file += "q" + std::to_string(line) + (random.between(0, 1) == 0 ? " easy " + name() : " box 0 1 2 3.5");
    if (kind == 3 && line == 0) file += "oxc1_" + names[0] + " 1 2 30.5 40";
    if (kind == 4) file += line == 0 ? name() : "";
    file += random.between(0, 1) == 0 ? "\n" : "\r\n";
  }
  return file;
}

}  // namespace

const testing::fuzzed_reader testing::reader{
    .good_file = good_file,
    .try_file = try_file,
    .pieces = {"\"", "\t", "nan", "-1", "99999999999999999999", "0x1", "#", ":", "1e308", "\xff\xfe", "box", "easy"}};
