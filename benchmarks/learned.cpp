// Whitening and VLAD, and the same by Eigen (and by FAISS, where it is installed). rho: the limit's time over the method's,
// taken in turns. The limit of one descriptor against a matrix is reading the matrix; that of VLAD, and of many
// descriptors, the fused multiply-adds of the products. Eigen and FAISS are compiled and linked as a user gets them.
#include "measure.hpp"

#include <Eigen/Core>

#if defined(_OPENMP)
#include <omp.h>
#endif

#include "fma_limit.hpp"
#if defined(CNNPOOL_BENCHMARK_FAISS)
#include <faiss/IndexFlat.h>
#include <faiss/VectorTransform.h>
#endif

namespace {

using cnnpool::index;
using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using rows = Eigen::Map<const row_major>;

/// limit() and run() in turns.
template <class Limit, class Run>
void add(const std::string& name, const Limit& limit, const Run& run) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    using clock = std::chrono::steady_clock;
    std::vector<double> ratios;
    for (auto _ : state) {
      const auto start = clock::now();
      limit();
      const auto between = clock::now();
      run();
      const auto end = clock::now();
      const std::chrono::duration<double> l = between - start, t = end - between;
      state.SetIterationTime(t.count());
      ratios.push_back(l / t);
    }
    state.counters["rho"] = benchmarks::median(ratios);
  })->UseManualTime()->Unit(benchmark::kMicrosecond)->MinTime(0.3);
}

void add_whitening(index n) {
  static constexpr index d = 2048, k = 512;
  static const std::vector<float> x(benchmarks::activations<float>().begin(), benchmarks::activations<float>().begin() + 64 * d);
  static const cnnpool::whitening model(std::vector<double>(d, 0.25), [] {
    std::vector<double> p;
    for (index i = 0; i < k * d; ++i) p.push_back(static_cast<double>(i % 97) / 97 - 0.5);
    return p;
  }());
  static cnnpool::descriptors<float> out(64, k);
  static cnnpool::workspace memory;
  const float* matrix = model.rows().data;
  const auto limit = [=] {
    if (n == 1) benchmark::DoNotOptimize(benchmarks::read_all(matrix, static_cast<std::size_t>(k * d)));
    else benchmarks::multiply_add_all(2. * static_cast<double>(n * k * d));
  };
  const std::string workload = "/" + std::to_string(n) + "x2048to512";
  add("whiten" + workload, limit, [=] {
    const cnnpool::feature_view<float> v(x.data(), {.n = n, .c = d}, cnnpool::nchw);
    cnnpool::pool_into(cnnpool::cpu{.threads = 1}, v, cnnpool::sum{} | model, out.span().row_range(0, n), memory);
  });
  static const std::vector<float> mean(d, 0.25f);
  add("eigen_whiten" + workload, limit, [=] {
    const row_major centred = rows(x.data(), n, d).rowwise() - Eigen::Map<const Eigen::RowVectorXf>(mean.data(), d);
    Eigen::Map<row_major>(out.data(), n, k).noalias() = centred * rows(matrix, k, d).transpose();
  });
#if defined(CNNPOOL_BENCHMARK_FAISS)
  static const faiss::LinearTransform transform = [=] {
    faiss::LinearTransform t(d, k, false);
    t.A.assign(matrix, matrix + k * d);
    t.is_trained = true;
    return t;
  }();
  add("faiss_whiten" + workload, limit, [=] { transform.apply_noalloc(n, x.data(), out.data()); });
#endif
}

void add_vlad() {
  static constexpr index c = 512, h = 24, w = 32, n = h * w, k = 64;
  static const std::vector<float> x(benchmarks::activations<float>().begin(), benchmarks::activations<float>().begin() + n * c);
  static const cnnpool::codebook words(std::vector<float>(benchmarks::activations<float>().begin() + n * c,
                                                          benchmarks::activations<float>().begin() + (n + k) * c), k);
  static cnnpool::descriptors<float> out(1, k * c);
  static cnnpool::workspace memory;
  const auto limit = [] { benchmarks::multiply_add_all(2. * static_cast<double>(n * k * c)); };
  for (const bool channels_last : {false, true})
    add(channels_last ? "vlad64_nhwc/B" : "vlad64/B", limit, [=] {
      const cnnpool::shape s{1, c, h, w};
      const cnnpool::feature_view<float> v(x.data(), s, channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s));
      cnnpool::pool_into(cnnpool::cpu{.threads = 1}, v, cnnpool::vlad(words), out, memory);
    });
  static const row_major centres = rows(words.centres().data, k, c);
  static const Eigen::RowVectorXf norms = centres.rowwise().squaredNorm().transpose();
  add("eigen_vlad64_nhwc/B", limit, [] {
    const rows m(x.data(), n, c);
    static row_major products(n, k);
    products.noalias() = m * centres.transpose();
    Eigen::Map<row_major> v(out.data(), k, c);
    v.setZero();
    for (index p = 0; p < n; ++p) {
      Eigen::Index best = 0;
      (norms - 2 * products.row(p)).minCoeff(&best);
      v.row(best) += m.row(p) - centres.row(best);
    }
    v /= v.norm();
  });
#if defined(CNNPOOL_BENCHMARK_FAISS)
  static faiss::IndexFlatL2 found(c);
  found.add(k, words.centres().data);
  add("faiss_vlad64_nhwc/B", limit, [] {
    static std::vector<faiss::Index::idx_t> labels(n);
    found.assign(n, x.data(), labels.data());
    Eigen::Map<row_major> v(out.data(), k, c);
    v.setZero();
    for (index p = 0; p < n; ++p) {
      const auto best = static_cast<Eigen::Index>(labels[static_cast<std::size_t>(p)]);
      v.row(best) += rows(x.data(), n, c).row(p) - centres.row(best);
    }
    v /= v.norm();
  });
#endif
}

}  // namespace

int main(int argc, char** argv) {
#if defined(_OPENMP)
  omp_set_num_threads(1);  // FAISS's and Eigen's threads too
#endif
  add_whitening(1);
  add_whitening(64);
  add_vlad();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
