#include <cnnpool/cnnpool.hpp>

#include "../catch.hpp"
#include "../errors.hpp"
#include "maps.hpp"
#include "vlad_oracle.hpp"

namespace cnnpool {

namespace {

struct random_codebook {
  std::vector<oracle::row> rows;
  codebook centres;

  random_codebook(int clusters, int c, std::uint64_t stream) {
    const random_map m(c, clusters, 1, stream, false);
    std::vector<float> numbers;
    for (int k = 0; k < clusters; ++k) {
      rows.push_back(oracle::local_descriptor(m.expected, k, false));
      for (const oracle::real v : rows.back()) numbers.push_back(static_cast<float>(v));
    }
    centres = codebook(numbers, clusters);
  }
};

oracle::vlad_options same(const vlad_options& o) {
  return {static_cast<int>(o.nearest),
          static_cast<oracle::real>(o.beta),
          o.cosine,
          o.input_l2,
          o.residual_l2,
          o.mass,
          o.power,
          o.intra,
          o.power_after_intra,
          o.l2,
          o.layout == vlad_layout::dimension_major,
          o.released_distance,
          {},
          {}};
}

template <class D>
void compare(const D& got, index_t image, const oracle::row& expected, double margin) {
  double largest = 1e-30;
  for (const oracle::real v : expected) largest = std::max(largest, std::fabs(static_cast<double>(v)));
  REQUIRE(got.cols() == static_cast<index_t>(expected.size()));
  for (index_t j = 0; j < got.cols(); ++j) {
    const double e = static_cast<double>(expected[static_cast<std::size_t>(j)]);
    if (!(std::fabs(static_cast<double>(got(image, j)) - e) <= margin * largest))
      FAIL("component " << j << " is " << got(image, j) << ", expected " << e);
  }
}

const std::vector<vlad_options>& all_options() {
  static const std::vector<vlad_options> options{
      {},
      {.l2 = false},
      {.power = true, .intra = true},
      {.power = true, .intra = true, .power_after_intra = true},
      {.mass = true, .power = true},
      {.cosine = true},
      {.input_l2 = true, .intra = true},
      {.residual_l2 = true, .power = true},
      {.input_l2 = true, .residual_l2 = true},
      {.layout = vlad_layout::dimension_major},
      {.nearest = 3},
      {.nearest = 5, .beta = 2, .power = true, .released_distance = true},
      {.nearest = 2, .cosine = true, .input_l2 = true, .mass = true},
      {.nearest = 4, .cosine = true, .intra = true},
      {.nearest = 2, .residual_l2 = true, .mass = true},
      {.nearest = 3, .input_l2 = true, .residual_l2 = true, .layout = vlad_layout::dimension_major},
  };
  return options;
}

}  // namespace

TEST_CASE("VLAD with every option, in every layout, on every backend") {
  for (const auto& [c, h, w, clusters] :
       {std::array<int, 4>{5, 3, 4, 7}, {33, 5, 7, 6}, {70, 1, 9, 5}, {8, 17, 1, 9}, {300, 2, 2, 8}, {130, 5, 9, 15},
        {64, 8, 8, 29}, {16, 1, 70, 13}}) {
    const random_map m(c, h, w, static_cast<std::uint64_t>(c), false);
    const random_codebook book(clusters, c, static_cast<std::uint64_t>(100 + c));
    std::vector<float> last(m.values.size());
    for (int k = 0; k < c; ++k)
      for (int p = 0; p < h * w; ++p)
        last[static_cast<std::size_t>(p * c + k)] = m.values[static_cast<std::size_t>(k * h * w + p)];
    const feature_view<float> channels_last(last.data(), m.shape, nhwc);
    for (std::size_t i = 0; i < all_options().size(); ++i) {
      const vlad_options& o = all_options()[i];
      INFO("options " << i << " on " << to_string(m.shape));
      const auto policy = vlad(book.centres, o);
      const oracle::row expected = oracle::vlad(m.expected, book.rows, same(o));
      compare(pool(reference{}, m.view(), policy), 0, expected, 1e-9);
      for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
        compare(pool(cpu{.target = level}, m.view(), policy), 0, expected, 2e-5);
        compare(pool(cpu{.target = level}, channels_last, policy), 0, expected, 2e-5);
      }
    }
  }
}
TEST_CASE("NetVLAD's head") {
  const random_map m(12, 4, 5, 1, false);
  const random_codebook book(6, 12, 2), weights(6, 12, 3);
  const std::vector<float> biases{0.5f, -1, 0, 2, 0.25f, -0.5f};
  const netvlad_head head({weights.centres.centre_numbers().data(), 72}, biases);
  vlad_options o{.input_l2 = true, .intra = true};
  auto expect = same(o);
  expect.head_weights = weights.rows;
  for (const float v : biases) expect.head_biases.push_back(static_cast<oracle::real>(v));
  compare(pool(m.view(), netvlad(book.centres, head)), 0, oracle::vlad(m.expected, book.rows, expect), 2e-5);
  compare(pool(reference{}, m.view(), netvlad(book.centres, head)), 0, oracle::vlad(m.expected, book.rows, expect),
          1e-9);
  o = {.residual_l2 = true, .mass = true, .power = true, .layout = vlad_layout::dimension_major};
  const auto head_weights = expect.head_weights;
  const auto head_biases = expect.head_biases;
  expect = same(o);
  expect.head_weights = head_weights;
  expect.head_biases = head_biases;
  compare(pool(m.view(), netvlad(book.centres, head, o)), 0, oracle::vlad(m.expected, book.rows, expect), 2e-5);
}
TEST_CASE("before normalisation VLAD adds over positions; n x d descriptors are a map") {
  const random_map m(9, 6, 5, 4, false);
  const random_codebook book(8, 9, 5);
  const auto policy = vlad(book.centres, {.l2 = false});
  const auto whole = pool(m.view(), policy);
  const auto parts = pool(m.view(), regional(policy, box_list{std::array<box, 2>{box{0, 0, 2, 5}, box{2, 0, 4, 5}}}));
  for (index_t j = 0; j < whole.cols(); ++j)
    CHECK(static_cast<double>(parts(0, j)) == Approx(static_cast<double>(whole(0, j))).margin(1e-5));
  std::vector<float> rows;
  for (int p = 0; p < 30; ++p)
    for (int k = 0; k < 9; ++k) rows.push_back(m.values[static_cast<std::size_t>(k * 30 + p)]);
  const feature_view<float> list(rows.data(), {.c = 9, .h = 30}, strides{.n = 0, .c = 1, .h = 9, .w = 0});
  const auto from_list = pool(list, policy);
  for (index_t j = 0; j < whole.cols(); ++j)
    CHECK(static_cast<double>(from_list(0, j)) == Approx(static_cast<double>(whole(0, j))).margin(1e-5));
}
TEST_CASE("a batch, its split and the threads do not change VLAD's bits") {
  const random_map m(40, 3 * 9, 11, 6);  // three images of 9 x 11, one below the other
  const random_codebook book(16, 40, 7);
  const feature_view<float> batch(m.values.data(), {.n = 3, .c = 40, .h = 9, .w = 11},
                                  strides{.n = 99, .c = 297, .h = 11, .w = 1});
  for (const vlad_options& o : {vlad_options{.power = true}, vlad_options{.nearest = 3}}) {
    const auto all = pool(batch, vlad(book.centres, o));
    const auto threads = pool(cpu{.threads = 4}, batch, vlad(book.centres, o));
    for (index_t n = 0; n < 3; ++n) {
      const auto one = pool(batch.images(n, 1), vlad(book.centres, o));
      for (index_t j = 0; j < all.cols(); ++j) {
        CHECK(all(n, j) == one(0, j));
        CHECK(all(n, j) == threads(n, j));
      }
    }
  }
}
TEST_CASE("other element types, a function applied while reading") {
  const random_map m(20, 4, 6, 8, false);
  const random_codebook book(5, 20, 9);
  std::vector<float16> half;
  std::vector<double> wide;
  oracle::map rounded = m.expected;
  for (std::size_t i = 0; i < m.values.size(); ++i) {
    half.push_back(to_float16(m.values[i]));
    wide.push_back(static_cast<double>(m.values[i]));
    rounded.values[i] = static_cast<oracle::real>(to_float(half.back()));
  }
  for (const vlad_options& o : {vlad_options{.intra = true}, vlad_options{.nearest = 2}}) {
    const auto policy = vlad(book.centres, o);
    compare(pool(feature_view<float16>(half.data(), m.shape, nchw), policy), 0,
            oracle::vlad(rounded, book.rows, same(o)), 2e-5);
    compare(pool(feature_view<double>(wide.data(), m.shape, nchw), policy), 0,
            oracle::vlad(m.expected, book.rows, same(o)), 1e-9);
    compare(pool(m.view(), relu{} | policy), 0, oracle::vlad(oracle::relu(m.expected), book.rows, same(o)), 2e-5);
  }
}
TEST_CASE("ties, empty clusters, zeros and NaN") {
  const codebook book(std::vector<float>{1, 0, -1, 0, 1, 0, 50, 50}, 4);
  const std::vector<float> zeros(2 * 3, 0), one{1, 1, 1, 0, 0, 0};
  const auto at = [&](const std::vector<float>& x, const vlad_options& o) {
    const auto d = pool(feature_view<float>(x.data(), {.c = 2, .h = 1, .w = 3}, nchw), vlad(book, o));
    return std::vector<float>(d.data(), d.data() + d.values().size());
  };
  const auto tie = at(zeros, {.l2 = false});  // as far from centre 0 as from 1 and 2: the first
  CHECK(tie == std::vector<float>{-3, 0, 0, 0, 0, 0, 0, 0});
  // Every position on its centre: nothing is left, and nothing becomes NaN.
  for (const vlad_options& o :
       {vlad_options{.mass = true, .power = true, .intra = true}, vlad_options{.residual_l2 = true}})
    CHECK(at(one, o) == std::vector<float>(8, 0));
  for (const float v : at(zeros, {.nearest = 4, .input_l2 = true, .residual_l2 = true, .intra = true}))
    CHECK(std::isfinite(v));
  std::vector<float> bad = one;
  bad[1] = std::nanf("");
  for (const vlad_options& o :
       {vlad_options{}, vlad_options{.nearest = 2}, vlad_options{.cosine = true, .input_l2 = true}}) {
    bool finite = true;
    for (const float v : at(bad, o)) finite = finite && std::isfinite(v);
    CHECK_FALSE(finite);
  }
}
TEST_CASE("misuse of VLAD is one sentence") {
  const random_map m(4, 2, 2, 1);
  const random_codebook book(3, 4, 1), other(3, 5, 1);
  CHECK(sentence([&] { pool(m.view(), vlad(codebook{})); }) == "vlad: the codebook is empty");
  CHECK(sentence([&] { pool(m.view(), vlad(other.centres)); }) ==
        "vlad: the codebook has centres of 5 components, the activations 4 channels");
  CHECK(sentence([&] { pool(m.view(), vlad(book.centres, {.nearest = 4})); }) ==
        "vlad: nearest is 4, expected 1 to 3 (the clusters)");
  CHECK(sentence([&] { pool(m.view(), vlad(book.centres, {.beta = 0})); }).find("beta is 0") != std::string::npos);
  CHECK(sentence([&] { netvlad_head(std::vector<float>(5), std::vector<float>(2)); }) ==
        "netvlad_head: 5 weights for 2 biases");
}

}  // namespace cnnpool
