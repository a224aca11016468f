// Whitening and its fit, and the same by Eigen, OpenBLAS and FAISS, in turns. rho: the limit's time over the
// method's. The limit of one descriptor against a matrix is reading the matrix; that of many, and of the fit, the
// multiply-adds of the products. The peers are compiled and linked as a user gets them.
#include "turns.hpp"

#include <Eigen/Core>

#include <cnnpool/post/projection.hpp>
#include <cnnpool/fit/pca_whitening.hpp>

#include "fma_limit.hpp"
#if defined(CNNPOOL_BENCHMARK_FAISS)
#include <faiss/VectorTransform.h>
#endif

namespace {

using benchmarks::method;
using cnnpool::index_t;
using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using rows = Eigen::Map<const row_major>;

// Whitening: y = P x - P m, the way a linear layer is stored; ours is P (x - m).
void add_whitening(index_t n) {
  static constexpr index_t d = 2048, k = 512;
  static const float* const x = benchmarks::activations<float>().data();
  static const cnnpool::projection model(std::vector<double>(d, 0.25), [] {
    std::vector<double> p;
    for (index_t i = 0; i < k * d; ++i) p.push_back(static_cast<double>(i * 7919 % 1009) / 1009 - 0.5);
    return p;
  }());
  static const float* const matrix = model.rows().data;
  static const Eigen::RowVectorXf bias = -(rows(matrix, k, d) * Eigen::VectorXf::Constant(d, 0.25f)).transpose();
  static cnnpool::descriptors<float> ours(64, k);
  static cnnpool::workspace memory;
  const auto span = [=](const cnnpool::descriptors<float>& out) {
    return std::span(out.data(), static_cast<std::size_t>(n * k));
  };
  std::vector<method> methods;
  std::vector<std::span<const float>> outputs;
  methods.push_back({"cnnpool", [=] {
    const cnnpool::feature_view<float> v(x, {.n = n, .c = d}, cnnpool::nchw);
    cnnpool::pool_into(cnnpool::cpu{.threads = 1}, v, cnnpool::sum{} | model, ours.span().row_range(0, n), memory);
  }});
  outputs.push_back(span(ours));

  static cnnpool::descriptors<float> by_eigen(64, k);
  methods.push_back({"Eigen", [=] {
    Eigen::Map<row_major> y(by_eigen.data(), n, k);
    y.noalias() = rows(x, n, d) * rows(matrix, k, d).transpose();
    y.rowwise() += bias;
  }});
  outputs.push_back(span(by_eigen));
#if defined(CNNPOOL_BENCHMARK_OPENBLAS)
  static cnnpool::descriptors<float> by_blas(64, k);
  methods.push_back({"OpenBLAS", [=] {
    for (index_t i = 0; i < n; ++i) std::copy(bias.data(), bias.data() + k, by_blas.row(i).data());
    if (n == 1) cblas_sgemv(CblasRowMajor, CblasNoTrans, k, d, 1, matrix, d, x, 1, 1, by_blas.data(), 1);
    else cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(n), k, d, 1, x, d, matrix, d, 1,
                     by_blas.data(), k);
  }});
  outputs.push_back(span(by_blas));
#endif
#if defined(CNNPOOL_BENCHMARK_FAISS)
  static cnnpool::descriptors<float> by_faiss(64, k);
  static const faiss::PCAMatrix transform = [] {
    faiss::PCAMatrix t(d, k);
    t.A.assign(matrix, matrix + k * d);
    t.b.assign(bias.data(), bias.data() + k);
    t.have_bias = t.is_trained = true;
    return t;
  }();
  methods.push_back({"FAISS", [=] { transform.apply_noalloc(n, x, by_faiss.data()); }});
  outputs.push_back(span(by_faiss));
#endif
  const std::string name = "whiten/" + std::to_string(n) + "x2048to512";
  benchmarks::compare_results(name, methods, outputs);
  benchmarks::add_turns(name, n == 1 ? 400 : 40, [=] {
    if (n == 1) benchmark::DoNotOptimize(benchmarks::read_all(matrix, static_cast<std::size_t>(k * d)));
    else benchmarks::multiply_add_all(2. * static_cast<double>(n * k * d));
  }, methods);
}

/// 4096 descriptors of 256 components whose variances fall by 2 % from one direction to the next.
void add_fit() {
  static constexpr index_t d = 256, n = 4096, k = 64;
  static const cnnpool::descriptors<float> x = [] {
    std::mt19937 engine(2);
    std::normal_distribution<float> normal;
    row_major spread(n, d), turned(d, d);
    for (index_t i = 0; i < d; ++i)
      for (index_t j = 0; j < d; ++j) turned(i, j) = normal(engine) * std::pow(0.98f, static_cast<float>(i) / 2) / 16;
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < d; ++j) spread(i, j) = normal(engine);
    cnnpool::descriptors<float> r(n, d);
    Eigen::Map<row_major>(r.data(), n, d).noalias() = spread * turned;
    return r;
  }();
  static cnnpool::projection ours;
  std::vector<method> methods{{"cnnpool", [] { ours = cnnpool::fit_pca_whitening(x, {.dimensions = k}); }}};
#if defined(CNNPOOL_BENCHMARK_FAISS)
  static faiss::PCAMatrix theirs;
  methods.push_back({"FAISS", [] {
    theirs = faiss::PCAMatrix(d, k, -0.5f);
    theirs.train(n, x.data());
  }});
  for (const method& m : methods) m.run();
  double smallest = 1, apart = 0;
  // FAISS does not divide by n.
  const double scale = static_cast<double>(theirs.eigenvalues[0]) / ours.variances().data()[0];
  for (index_t j = 0; j < k; ++j) {
    const rows a(ours.rows().data + j * d, 1, d), b(theirs.A.data() + j * d, 1, d);
    smallest = std::min(smallest, static_cast<double>(std::abs(a.row(0).dot(b.row(0)) / a.norm() / b.norm())));
    apart = std::max(apart, std::abs(static_cast<double>(theirs.eigenvalues[static_cast<std::size_t>(j)]) / scale /
                                         ours.variances().data()[j] - 1));
  }
  char text[160];
  std::snprintf(text, sizeof text, "fit_pca: FAISS: 64 directions, smallest |cosine| %.6f, variances within %.1e",
                smallest, apart);
  benchmarks::expect(smallest > 0.999 && apart < 1e-3, text);
#endif
  benchmarks::add_turns("fit_pca/4096x256to64", 5, [] {
    benchmarks::multiply_add_all(static_cast<double>(n * d * d));  // half of the products: the matrix is symmetric
  }, methods);
}

}  // namespace

int main(int argc, char** argv) {
  benchmarks::use_one_thread();
  add_whitening(1);
  add_whitening(64);
  add_fit();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
