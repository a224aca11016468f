#include <cnnpool/io/npz_model.hpp>

#include <filesystem>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../folder.hpp"
#include "../random.hpp"

using namespace cnnpool;
namespace fs = std::filesystem;

namespace {
std::vector<double> numbers(std::size_t count, std::uint64_t stream) {
  testing::random_numbers random(stream);
  std::vector<double> r(count);
  for (double& v : r) v = static_cast<double>(static_cast<float>(random.uniform(-3, 3)));
  return r;
}
template <class T>
bool same(const kernel::matrix<const T>& a, const kernel::matrix<const T>& b) {
  bool equal = a.rows == b.rows && a.cols == b.cols;
  for (index_t i = 0; equal && i < a.rows; ++i)
    for (index_t j = 0; j < a.cols; ++j) equal = equal && a(i, j) == b(i, j);
  return equal;
}
descriptors<float> array(index_t rows, index_t cols, float value) {
  descriptors<float> d(rows, cols);
  std::fill(d.data(), d.data() + d.values().size(), value);
  return d;
}
}  // namespace

TEST_CASE("models come back from archives bit by bit") {
  const test_folder in("npz_model");
  const auto m = numbers(5, 1), p = numbers(15, 2);
  const projection plain(m, p);
  const projection known(plain.mean_numbers(), plain.row_numbers(), 3, kernel::shared_array<double>({4, 2, 1, 1. / 3}));
  for (const projection& w : {plain, known}) {
    write_npz(in / "w.npz", w);
    const auto r = read_npz<projection>(in / "w.npz");
    CHECK((same(r.mean(), w.mean()) && same(r.rows(), w.rows())));
    CHECK(r.effective_rank() == w.effective_rank());
    CHECK(same(r.variances().rows(1, r.effective_rank()), w.variances().rows(1, w.effective_rank())));
  }
  CHECK(npz_file(in / "w.npz").names() == std::vector<std::string>{"mean", "matrix", "variances"});
  const codebook book(numbers(28, 3), 7);
  write_npz(in / "c.npz", book);
  const auto read = read_npz<codebook>(in / "c.npz");
  CHECK((same(read.centres(), book.centres()) && same(read.squared_norms(), book.squared_norms())));
  const std::vector<float> weights(12, 0.5f), biases{1, 2, 3};
  const netvlad_head head(weights, biases);
  write_npz(in / "h.npz", head);
  const auto got = read_npz<netvlad_head>(in / "h.npz");
  CHECK((same(got.weights(), head.weights()) && same(got.biases(), head.biases())));
}
TEST_CASE("double, and other arrays beside") {
  const test_folder in("npz_model");
  npz_writer out(in / "a.npz");
  out.add("note", array(1, 1, 0));
  descriptors<double> mean(1, 3);
  mean(0, 1) = 0.1;
  out.add("mean", mean);
  out.add("matrix", array(2, 3, 7));
  out.commit();
  const auto w = read_npz<projection>(in / "a.npz");
  CHECK((w.mean()(0, 1) == 0.1f && w.rows()(1, 2) == 7 && w.effective_rank() == 0));
}
TEST_CASE("archives that are no model are one sentence") {
  const test_folder in("npz_model");
  const auto made = [&](auto... add) {
    npz_writer out(in / "a.npz");
    (add(out), ...);
    out.commit();
    return in / "a.npz";
  };
  const auto with = [](const char* name, index_t rows, index_t cols, float value = 1) {
    return [=](npz_writer& out) { out.add(name, array(rows, cols, value)); };
  };
  const std::string file = in / "a.npz", start = "read_npz: " + file + ": ";
  const auto said = [&]<class Model>(const Model&) { return sentence([&] { read_npz<Model>(file); }); };
  made(with("mean", 1, 3));
  CHECK(said(projection{}) == "npz_file: " + file + ": array 'matrix' is not in the file");
  made(with("mean", 1, 3), with("matrix", 2, 4));
  CHECK(said(projection{}) == start + "its mean of 3 and its matrix of 2 x 4 do not belong together");
  made(with("mean", 2, 3), with("matrix", 2, 3));
  CHECK(said(projection{}) == start + "array 'mean' is 2 x 3");
  made(with("mean", 1, 2), with("matrix", 2, 2, std::numeric_limits<float>::infinity()));
  CHECK(said(projection{}) == start + "number 0 of the matrix is inf, expected a finite float");
  made(with("centres", 0, 3));
  CHECK(said(codebook{}) == start + "array 'centres' is 0 x 3");
  made(with("centres", 3, 0));
  CHECK(said(codebook{}) == start + "its codebook is 3 x 0");
  const std::vector<float> map(4);
  made([&](npz_writer& out) { out.add("centres", feature_view<float>(map.data(), {.c = 4}, nchw)); });
  CHECK(said(codebook{}) == start + "array 'centres' has 4 axes, expected 2");
  made(with("weights", 3, 4), with("biases", 1, 2));
  CHECK(said(netvlad_head{}) == start + "its weights of 3 x 4 and its 2 biases do not belong together");
  CHECK(sentence([&] { write_npz(in / "e.npz", projection{}); }) == "write_npz: the projection is empty");
  CHECK(sentence([&] { write_npz(in / "e.npz", codebook{}); }) == "write_npz: the codebook is empty");
  CHECK(sentence([&] { write_npz(in / "e.npz", netvlad_head{}); }) == "write_npz: the head is empty");
  CHECK_FALSE(fs::exists(in / "e.npz"));
}
