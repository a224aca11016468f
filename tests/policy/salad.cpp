// SALAD: properties of the transport, of the descriptor, and errors. Values: backend/cases/heads.cpp.
#include <cnnpool/cnnpool.hpp>

#include <cmath>
#include <limits>

#include "../catch.hpp"
#include "../errors.hpp"
#include "../random.hpp"

using namespace cnnpool;

namespace {

constexpr index_t n = 3, m = 5, l = 6, g = 4, h = 4, w = 6;

std::vector<float> random(index_t count, std::uint64_t stream, double factor = 1) {
  testing::random_numbers r(stream);
  std::vector<float> v(static_cast<std::size_t>(count));
  for (float& x : v) x = static_cast<float>(factor * r.uniform(-1, 1));
  return v;
}

struct inputs {
  std::vector<float> f = random(n * l * h * w, 1), s = random(n * m * h * w, 2, 4), q = random(n * g, 3);
  feature_view<float> features{f.data(), {n, l, h, w}, nchw}, scores{s.data(), {n, m, h, w}, nchw},
      token{q.data(), {.n = n, .c = g}, nchw};
};

bool near(const descriptors<float>& a, const descriptors<float>& b, double margin = 2e-6) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (std::size_t i = 0; i < a.values().size(); ++i)
    if (!(std::abs(double(a.values()[i]) - double(b.values()[i])) <= margin)) return false;
  return true;
}

linear<float> layer(index_t outputs, index_t inputs_, std::uint64_t stream) {
  return {random(outputs * inputs_, stream), random(outputs, stream + 100)};
}
const salad_head<float> whole{{layer(8, l, 10), layer(g, 8, 11)}, {layer(8, l, 12), layer(l, 8, 13)},
                              {layer(8, l, 14), layer(m, 8, 15)}, {.dustbin = 0.3}};

}  // namespace

TEST_CASE("the transport plan's columns sum to 1, the dustbin among its rows") {
  for (const double spread : {1., 50.}) {
    std::vector<float> sa = random(n * (m + 1) * h * w, 4, spread);
    std::vector<std::byte> memory(1 << 16);
    kernel::scratch s(memory.data(), memory.size());
    const index_t size = (m + 1) * h * w;
    std::vector<float> turned(sa.size());
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k <= m; ++k)
        for (index_t t = 0; t < h * w; ++t)
          turned[static_cast<std::size_t>(i * size + t * (m + 1) + k)] =
              sa[static_cast<std::size_t>(i * size + k * h * w + t)];
    detail::solve_transport<host_space>(cpu{}, s, kernel::matrix<float>{sa.data(), n, size, size, 1},
                                        kernel::matrix<float>{turned.data(), n, size, size, 1}, m, 3);
    for (index_t i = 0; i < n; ++i)
      for (index_t t = 0; t < h * w; ++t) {
        double sum = 0;
        for (index_t k = 0; k <= m; ++k) sum += double(sa[static_cast<std::size_t>((i * (m + 1) + k) * h * w + t)]);
        CHECK(sum == Approx(1).epsilon(2e-5));
      }
  }
}

TEST_CASE("SALAD does not depend on the order of the patches, the scale of the token, the batch, the threads") {
  const inputs x;
  const auto d = pool(x.features, salad(x.scores, x.token));
  REQUIRE(d.cols() == g + m * l);
  inputs y;
  for (index_t i = 0; i < n; ++i) {
    for (index_t c = 0; c < l; ++c) {
      const auto at = y.f.begin() + (i * l + c) * h * w;
      std::reverse(at, at + h * w);
    }
    for (index_t k = 0; k < m; ++k) {
      const auto at = y.s.begin() + (i * m + k) * h * w;
      std::reverse(at, at + h * w);
    }
  }
  for (float& v : y.q) v *= 8;
  CHECK(near(d, pool(y.features, salad(y.scores, y.token))));
  for (index_t i = 0; i < n; ++i) {
    const auto one = pool(x.features.images(i, 1), salad(x.scores.images(i, 1), x.token.images(i, 1)));
    CHECK(std::equal(one.values().begin(), one.values().end(), d.row(i).begin()));
  }
  const auto single = pool(cpu{.threads = 1}, x.features, salad(x.scores, x.token));
  CHECK(std::equal(single.values().begin(), single.values().end(), d.values().begin()));
  CHECK(near(d, pool(any_feature_view(x.features), salad(x.scores, x.token))));
}

TEST_CASE("a masked token changes nothing in SALAD's whole head") {
  std::vector<float> tokens = random(n * (1 + h * w) * l, 6);
  const token_view<float> t(tokens.data(), {n, 1 + h * w, l}, {.h = h, .w = w});
  std::vector<int> mask(static_cast<std::size_t>(n * h * w), 1);
  for (const std::size_t off : {0u, 7u, 25u, 60u}) mask[off] = 0;
  const auto d = pool(masked(t, mask), whole | l2{});
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] == 0) {
      const std::size_t image = i / (h * w), p = i % (h * w);
      for (std::size_t c = 0; c < l; ++c) tokens[(image * (1 + h * w) + 1 + p) * l + c] = NAN;
    }
  CHECK(near(d, pool(masked(t, mask), whole | l2{}), 0));
}

TEST_CASE("SALAD keeps NaN where it was, and huge scores finite") {
  inputs x;
  for (float& v : x.s) v *= 1e4f;
  for (const float v : pool(x.features, salad(x.scores, x.token)).values()) CHECK(std::isfinite(v));
  inputs y;
  y.s[3] = std::numeric_limits<float>::quiet_NaN();
  const auto d = pool(y.features, salad(y.scores, y.token));
  CHECK(std::isnan(d(0, g)));
  CHECK(std::isfinite(d(1, g)));
}

TEST_CASE("SALAD: bad input") {
  const inputs x;
  const auto of = [&](const auto& policy) { return sentence([&] { pool(x.features, policy); }); };
  CHECK(of(salad(x.scores.images(0, 2), x.token)) ==
        "salad: scores of 2 x 5 x 4 x 6 for features of 3 x 6 x 4 x 6, expected the same n, h and w");
  CHECK(of(salad(x.scores, x.token.images(0, 1))) ==
        "salad: tokens of 1 x 4 x 1 x 1 for features of 3 x 6 x 4 x 6, expected one for each image");
  const std::vector<float> many(static_cast<std::size_t>(n * h * w * h * w));
  CHECK(of(salad(feature_view<float>(many.data(), {n, h * w, h, w}, nchw), x.token)) ==
        "salad: 24 positions for 24 clusters, expected more positions than clusters");
  CHECK(of(salad(x.scores, x.token, {.iterations = 0})) == "salad: iterations is 0, expected at least 1");
  CHECK(of(salad(x.scores, x.token, {.dustbin = NAN})).starts_with("salad: the dustbin's score is "));
  CHECK(of(each_position(l2{}) | salad(x.scores, x.token)).empty());  // three small images in one slice
  const std::vector<float> tokens = random(n * (1 + h * w) * l, 6);
  const token_view<float> t(tokens.data(), {n, 1 + h * w, l}, {.h = h, .w = w});
  CHECK(sentence([&] { pool(t, salad_head<>{}); }) == "linear: the layer is empty; give it weights and biases");
  auto wrong = whole;
  wrong.scores.first = layer(8, l + 1, 16);
  CHECK(sentence([&] { pool(t, wrong); }) == "linear: the layer takes 7 components, it is given 6");
  wrong = whole;
  wrong.features.second = layer(l, 9, 16);
  CHECK(sentence([&] { pool(t, wrong); }) == "linear: the layer takes 9 components, it is given 8");
}
