// The nearest centre and VLAD, and the same by Eigen, OpenBLAS, FAISS and VLFeat, in turns. rho: the limit's time
// over the method's; the limit are the fused multiply-adds of the products. The peers are compiled and linked as a
// user gets them.
#include "turns.hpp"

#include <limits>

#include <Eigen/Core>

#include <cnnpool/policy/vlad.hpp>

#include "fma_limit.hpp"
#if defined(CNNPOOL_BENCHMARK_FAISS)
#include <faiss/IndexFlat.h>
#endif
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
#include <vl/kmeans.h>
#include <vl/vlad.h>
#endif

namespace {

using benchmarks::method;
using cnnpool::index_t;
using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using rows = Eigen::Map<const row_major>;
using numbers = std::vector<float>;

numbers some_activations(index_t first, index_t count) {
  const float* const all = benchmarks::activations<float>().data();
  return {all + first, all + first + count};
}

// 768 descriptors of 512 components, 64 centres: one map of the shape B.
constexpr index_t c = 512, h = 24, w = 32, n = h * w, k = 64;

struct vlad_work {
  numbers x = some_activations(0, n * c);  // as n x c for the layout NHWC, as c x n for NCHW
  cnnpool::codebook words{some_activations(n * c, k * c), k};
  const float* centres = words.centres().data;
  Eigen::RowVectorXf norms = rows(centres, k, c).rowwise().squaredNorm().transpose();
  std::vector<std::int64_t> labels = std::vector<std::int64_t>(n);
  numbers products = numbers(n * k), weights = numbers(n * k), ones = numbers(n, 1.f);

  cnnpool::feature_view<float> view(bool channels_last) const {
    const cnnpool::shape s{1, c, h, w};
    return {x.data(), s, channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s)};
  }
  static void limit() { benchmarks::multiply_add_all(2. * static_cast<double>(n * k * c)); }

  /// The smallest of |c|^2 - 2 x.c; products of position p and centre j at p * by_position + j * by_centre.
  void argmin(index_t by_position, index_t by_centre) {
    numbers best(n, std::numeric_limits<float>::infinity());
    const auto visit = [&](index_t p, index_t j) {
      const auto at = static_cast<std::size_t>(p);
      const float cost = norms[j] - 2 * products[static_cast<std::size_t>(p * by_position + j * by_centre)];
      if (cost < best[at]) best[at] = cost, labels[at] = j;
    };
    if (by_position == 1)  // in the order of the memory
      for (index_t j = 0; j < k; ++j)
        for (index_t p = 0; p < n; ++p) visit(p, j);
    else
      for (index_t p = 0; p < n; ++p)
        for (index_t j = 0; j < k; ++j) visit(p, j);
  }
  void eigen_argmin() {
    Eigen::Map<row_major> m(products.data(), n, k);
    m.noalias() = rows(x.data(), n, c) * rows(centres, k, c).transpose();
    for (index_t p = 0; p < n; ++p) {
      Eigen::Index best = 0;
      (norms - 2 * m.row(p)).minCoeff(&best);
      labels[static_cast<std::size_t>(p)] = best;
    }
  }
  /// VLAD of n x c descriptors from their labels.
  void eigen_residuals(numbers& out) const {
    Eigen::Map<row_major> v(out.data(), k, c);
    v.setZero();
    const rows m(x.data(), n, c), centre(centres, k, c);
    for (index_t p = 0; p < n; ++p) {
      const Eigen::Index best = labels[static_cast<std::size_t>(p)];
      v.row(best) += m.row(p) - centre.row(best);
    }
    v /= v.norm();
  }
#if defined(CNNPOOL_BENCHMARK_OPENBLAS)
  void blas_argmin(bool channels_last) {
    if (channels_last) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, k, c, 1, x.data(), c, centres, c, 0, products.data(), k);
      argmin(k, 1);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, k, n, c, 1, centres, c, x.data(), n, 0, products.data(),
                  n);
      argmin(1, n);
    }
  }
  /// Sums of the rows, or a product with the 0-1 matrix of the labels where channels are planes; then n_k c_k less.
  void blas_residuals(bool channels_last, numbers& out) {
    std::fill(out.begin(), out.end(), 0.f);
    numbers counts(k);
    for (const std::int64_t label : labels) ++counts[static_cast<std::size_t>(label)];
    if (channels_last) {
      for (index_t p = 0; p < n; ++p)
        cblas_saxpy(c, 1, x.data() + p * c, 1, out.data() + labels[static_cast<std::size_t>(p)] * c, 1);
    } else {
      std::fill(weights.begin(), weights.end(), 0.f);
      for (index_t p = 0; p < n; ++p)
        weights[static_cast<std::size_t>(labels[static_cast<std::size_t>(p)] * n + p)] = 1;
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, k, c, n, 1, weights.data(), n, x.data(), n, 0, out.data(),
                  c);
    }
    for (index_t j = 0; j < k; ++j)
      cblas_saxpy(c, -counts[static_cast<std::size_t>(j)], centres + j * c, 1, out.data() + j * c, 1);
    cblas_sscal(k * c, 1 / cblas_snrm2(k * c, out.data(), 1), out.data(), 1);
  }
#endif
};

vlad_work& work() {
  static vlad_work all;
  return all;
}

#if defined(CNNPOOL_BENCHMARK_FAISS)
void faiss_assign() {
  static const faiss::IndexFlatL2 index = [] {
    faiss::IndexFlatL2 i(c);
    i.add(k, work().centres);
    return i;
  }();
  static_assert(std::is_same_v<faiss::Index::idx_t, std::int64_t>);
  index.assign(n, work().x.data(), work().labels.data());
}
#endif
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
VlKMeans* vlfeat_quantizer() {
  static VlKMeans* const q = [] {
    VlKMeans* made = vl_kmeans_new(VL_TYPE_FLOAT, VlDistanceL2);
    vl_kmeans_set_centers(made, work().centres, c, k);
    return made;
  }();
  return q;
}
void vlfeat_assign(std::vector<vl_uint32>& labels) {
  static numbers distances(n);
  vl_kmeans_quantize(vlfeat_quantizer(), labels.data(), distances.data(), work().x.data(), n);
}
#endif

void add_assignment() {
  static numbers groups(n);
  static cnnpool::workspace memory;
  std::vector<method> methods;
  std::vector<std::function<index_t(std::size_t)>> labels;
  methods.push_back({"cnnpool", [] {
    const cnnpool::codebook& words = work().words;
    const auto run = [&](cnnpool::kernel::scratch& s) {  // the primitive that vlad's hard assignment is
      cnnpool::cpu{.threads = 1}.contract(s, cnnpool::kernel::as_source(work().view(true)),
                                          cnnpool::kernel::over_channels{}, words.centres(),
                                          cnnpool::kernel::matrix<float>{groups.data(), 1, n, n, 1},
                                          cnnpool::kernel::store_nearest{words.squared_norms()});
    };
    cnnpool::kernel::scratch measure;
    run(measure);
    memory.reserve(measure.peak());
    cnnpool::kernel::scratch s(memory.data(), memory.capacity());
    run(s);
  }});
  labels.push_back([](std::size_t p) { return static_cast<index_t>(groups[p]); });
  const auto of_work = [](std::size_t p) { return static_cast<index_t>(work().labels[p]); };
  methods.push_back({"Eigen", [] { work().eigen_argmin(); }});
  labels.push_back(of_work);
#if defined(CNNPOOL_BENCHMARK_OPENBLAS)
  methods.push_back({"OpenBLAS", [] { work().blas_argmin(true); }});
  labels.push_back(of_work);
#endif
#if defined(CNNPOOL_BENCHMARK_FAISS)
  methods.push_back({"FAISS", faiss_assign});
  labels.push_back(of_work);
#endif
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
  static std::vector<vl_uint32> by_vlfeat(n);
  methods.push_back({"VLFeat", [] { vlfeat_assign(by_vlfeat); }});
  labels.push_back([](std::size_t p) { return static_cast<index_t>(by_vlfeat[p]); });
#endif
  methods[0].run();
  for (std::size_t m = 1; m < methods.size(); ++m) {
    std::fill(work().labels.begin(), work().labels.end(), -1);
    methods[m].run();
    index_t same = 0;
    for (std::size_t p = 0; p < n; ++p) same += labels[m](p) == labels[0](p) ? 1 : 0;
    benchmarks::expect(same >= n - n / 100, "assign64/B: " + methods[m].name + ": " + std::to_string(same) + " of " +
                                                std::to_string(n) + " nearest centres are the same");
  }
  benchmarks::add_turns("assign64_nhwc/B", 40, vlad_work::limit, methods);
}

void add_vlad(bool channels_last) {
  static cnnpool::workspace memory;
  static numbers out[2][5];
  std::vector<method> methods;
  std::vector<std::span<const float>> outputs;
  const auto add = [&](const char* name, const std::function<void(numbers&)>& run) {
    numbers& own = out[channels_last ? 1 : 0][methods.size()] = numbers(k * c);
    methods.push_back({name, [run, &own] { run(own); }});
    outputs.push_back(own);
  };
  add("cnnpool", [=](numbers& v) {
    cnnpool::pool_into(cnnpool::cpu{.threads = 1}, work().view(channels_last), cnnpool::vlad(work().words),
                       cnnpool::descriptor_span<float>(v.data(), 1, k * c), memory);
  });
  if (channels_last) add("Eigen", [](numbers& v) { work().eigen_argmin(), work().eigen_residuals(v); });
#if defined(CNNPOOL_BENCHMARK_OPENBLAS)
  add("OpenBLAS", [=](numbers& v) { work().blas_argmin(channels_last), work().blas_residuals(channels_last, v); });
#endif
#if defined(CNNPOOL_BENCHMARK_FAISS)
  if (channels_last) add("FAISS", [](numbers& v) { faiss_assign(), work().eigen_residuals(v); });
#endif
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
  if (channels_last) add("VLFeat", [](numbers& v) {
    static std::vector<vl_uint32> labels(n);
    vlfeat_assign(labels);
    numbers& q = work().weights;
    std::fill(q.begin(), q.end(), 0.f);
    for (std::size_t p = 0; p < n; ++p) q[p * k + labels[p]] = 1;
    vl_vlad_encode(v.data(), VL_TYPE_FLOAT, work().centres, c, k, work().x.data(), n, q.data(), 0);
  });
#endif
  const std::string name = channels_last ? "vlad64_nhwc/B" : "vlad64/B";
  benchmarks::compare_results(name, methods, outputs);
  benchmarks::add_turns(name, 40, vlad_work::limit, methods);
}

}  // namespace

int main(int argc, char** argv) {
  benchmarks::use_one_thread();
  add_assignment();
  add_vlad(true);
  add_vlad(false);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
