// The vocabulary that the library was designed around, as it was written down before there was any code: these lines
// compile and run unchanged. What later work brings has a stand-in here, and only here.
#include <cmath>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "catch.hpp"

// --- stand-ins for what is not there yet -----------------------------------------------------------------------------

struct ort_value_stand_in {  // for ONNX Runtime's tensor and its adapter
  const float* data;
};
template <>
struct cnnpool::adapter<ort_value_stand_in> {
  static feature_view<float> view(const ort_value_stand_in& t, const hints&) {
    return {t.data, {.c = 512, .h = 24, .w = 32}, nchw};
  }
};

namespace cnnpool {

struct pca_options_stand_in {
  index_t dimensions = 0;
};
struct whiten_stand_in {  // for the model that fit_pca_whitening returns: keeps the first components
  truncation first;
  index_t output_size(index_t d) const { return first.output_size(d); }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    first.apply(b, s, in, out);
  }
};
inline whiten_stand_in fit_pca_whitening(const descriptors<float>&, const pca_options_stand_in& options) {
  return {truncation{.dimensions = options.dimensions}};
}

struct cuda_backend : reference {  // for the CUDA backend: a CPU backend under its name, with a stream that is nobody's
  int stream = 0;
};

}  // namespace cnnpool

// --- the design's first block ----------------------------------------------------------------------------------------

TEST_CASE("the vocabulary reads as it was designed") {
  std::vector<float> values(2 * 512 * 24 * 32);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7);
  const float* ptr = values.data();
  const ort_value_stand_in ort_value{ptr};
  const cnnpool::descriptors<float> training(4, 512);
  const cnnpool::feature_view<float> batch(ptr, {.n = 2, .c = 512, .h = 24, .w = 32}, cnnpool::nchw);
  cnnpool::descriptors<float> out(2, 256);
  cnnpool::workspace workspace;
  const int s = 0;
  // clang-format off
  auto x = cnnpool::feature_view<float>(ptr, {.c = 512, .h = 24, .w = 32}, cnnpool::nchw);

  auto d = cnnpool::pool(x, cnnpool::gem{.p = 3});                         // 1 x 512, owning
  auto e = cnnpool::pool(x, cnnpool::max() | cnnpool::power{} | cnnpool::l2{});
  auto f = cnnpool::pool(ort_value, cnnpool::rmac{.levels = 3});           // adapter, no copy

  auto whiten   = cnnpool::fit_pca_whitening(training, {.dimensions = 256});
  auto describe = cnnpool::regional(cnnpool::max() | cnnpool::l2{} | whiten | cnnpool::l2{},
                                    cnnpool::rmac_grid{.levels = 3}) | cnnpool::l2{};

  cnnpool::pool_into(cnnpool::cuda_backend{.stream = s}, batch, describe, out, workspace);   // async, no alloc

  auto all = cnnpool::pool(x, cnnpool::concat(cnnpool::sum{}, cnnpool::max(), cnnpool::gem{}));  // ONE pass
  // clang-format on

  CHECK(d.rows() == 1);
  CHECK(d.cols() == 512);
  CHECK(e.cols() == 512);
  CHECK(f.cols() == 512);
  CHECK(all.cols() == 3 * 512);
  CHECK(all(0, 2 * 512) == d(0, 0));
  double norm = 0;
  for (const float v : out.row(1)) norm += static_cast<double>(v) * static_cast<double>(v);
  CHECK(norm == Approx(1));
}

// --- the design's second block: a user's policy ----------------------------------------------------------------------

namespace user {
using cnnpool::index_t;

// clang-format off
struct log_sum_exp {                                   // a user's policy, every backend, ten lines
  float beta = 10;
  template <class V> using state = V;
  template <class V> CNNPOOL_HD V init() const;
  template <class V> CNNPOOL_HD V step(V s, V x) const;
  template <class V> CNNPOOL_HD V merge(V a, V b) const;
  template <class V> CNNPOOL_HD V finish(V s, index_t n) const;
};
// clang-format on

template <class V>
V log_sum_exp::init() const {
  return V(0);
}
template <class V>
V log_sum_exp::step(V s, V x) const {
  return s + cnnpool::kernel::exp(cnnpool::kernel::in_every_lane<V>(beta) * x);
}
template <class V>
V log_sum_exp::merge(V a, V b) const {
  return a + b;
}
template <class V>
V log_sum_exp::finish(V s, index_t n) const {
  return cnnpool::kernel::log(s / cnnpool::kernel::in_every_lane<V>(n)) / cnnpool::kernel::in_every_lane<V>(beta);
}
static_assert(cnnpool::fold_policy<log_sum_exp>);
static_assert(cnnpool::pooling_policy<log_sum_exp>);
static_assert(!cnnpool::stage<log_sum_exp>);
}  // namespace user

TEST_CASE("the design's ten-line policy runs on every CPU backend") {
  const float values[] = {0, 0.5f, 1, 0.25f};
  const cnnpool::feature_view<float> x(values, {.h = 2, .w = 2}, cnnpool::nchw);
  double expected = 0;
  for (const float v : values) expected += std::exp(10 * static_cast<double>(v)) / 4;
  expected = std::log(expected) / 10;
  CHECK(cnnpool::pool(x, user::log_sum_exp{})(0, 0) == Approx(expected));
  CHECK(cnnpool::pool(cnnpool::reference{}, x, user::log_sum_exp{})(0, 0) == Approx(expected));
}
