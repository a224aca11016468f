// Codebooks by k-means, and the same by VLFeat and FAISS. Printed: what each leaves as the mean squared distance to
// the nearest centre, over five seeds, and how much more a codebook leaves that reads the rows as a stream; then their
// times, in turns. The limit is the multiply-adds of 25 times all distances.
#include "turns.hpp"

#include <limits>
#include <numeric>

#include <cnnpool/fit/codebook.hpp>

#include "fma_limit.hpp"
#if defined(CNNPOOL_BENCHMARK_FAISS)
#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#endif
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
#include <vl/kmeans.h>
#include <vl/random.h>
#endif

namespace {

using benchmarks::method;
using cnnpool::index_t;
using numbers = std::vector<float>;

constexpr index_t n = 8192, d = 64, clusters = 32;
constexpr int iterations = 25;

/// A hundred overlapping groups, so that no run of k-means finds them all.
const cnnpool::descriptors<float>& training() {
  static const cnnpool::descriptors<float> all = [] {
    std::mt19937 engine(3);
    std::normal_distribution<float> normal;
    cnnpool::descriptors<float> groups(100, d), r(n, d);
    for (std::size_t i = 0; i < groups.values().size(); ++i) groups.data()[i] = normal(engine);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < d; ++j) r(i, j) = groups(i % 100, j) + 0.5f * normal(engine);
    return r;
  }();
  return all;
}

/// The mean squared distance to the nearest of d-component centres, in double, pair by pair.
double mean_residual(const numbers& centres) {
  double total = 0;
  for (index_t i = 0; i < n; ++i) {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < centres.size(); k += d) {
      double distance = 0;
      for (index_t j = 0; j < d; ++j) {
        const double apart =
            static_cast<double>(training()(i, j)) - static_cast<double>(centres[k + static_cast<std::size_t>(j)]);
        distance += apart * apart;
      }
      nearest = std::min(nearest, distance);
    }
    total += nearest;
  }
  return total / static_cast<double>(n);
}

numbers by_cnnpool(unsigned seed) {
  const auto book = cnnpool::fit_codebook(training(), {.clusters = clusters, .seed = seed, .iterations = iterations});
  return {book.centres().data, book.centres().data + clusters * d};
}
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
numbers by_vlfeat(unsigned seed) {
  vl_rand_seed(vl_get_rand(), seed);
  VlKMeans* const fit = vl_kmeans_new(VL_TYPE_FLOAT, VlDistanceL2);
  vl_kmeans_set_algorithm(fit, VlKMeansLloyd);
  vl_kmeans_set_initialization(fit, VlKMeansPlusPlus);
  vl_kmeans_set_max_num_iterations(fit, iterations);
  vl_kmeans_cluster(fit, training().data(), d, n, clusters);
  const auto* const centres = static_cast<const float*>(vl_kmeans_get_centers(fit));
  const numbers r(centres, centres + clusters * d);
  vl_kmeans_delete(fit);
  return r;
}
#endif
#if defined(CNNPOOL_BENCHMARK_FAISS)
numbers by_faiss(unsigned seed) {
  faiss::ClusteringParameters options;
  options.niter = iterations;
  options.seed = static_cast<int>(seed);
  options.max_points_per_centroid = static_cast<int>(n);  // all of them
  faiss::Clustering fit(static_cast<int>(d), static_cast<int>(clusters), options);
  faiss::IndexFlatL2 nearest(d);
  fit.train(n, training().data(), nearest);
  return fit.centroids;
}
#endif

/// The same rows as a stream, 64 at a time: in order, where a part holds every group, or group after group.
numbers by_stream(unsigned seed, index_t first_rows, bool sorted) {
  std::vector<index_t> order(n);
  std::iota(order.begin(), order.end(), index_t{0});
  if (sorted) std::ranges::stable_sort(order, {}, [](index_t i) { return i % 100; });
  index_t next = 0;
  const auto part = [&] {
    cnnpool::descriptors<float> rows(std::min<index_t>(64, n - next), d);
    for (index_t i = 0; i < rows.rows(); ++i)
      std::ranges::copy(training().row(order[static_cast<std::size_t>(next++)]), rows.row(i).begin());
    return rows;
  };
  const auto book = cnnpool::fit_codebook(
      part, {.clusters = clusters, .seed = seed, .iterations = iterations, .first_rows = first_rows});
  return {book.centres().data, book.centres().data + clusters * d};
}
/// The first rows alone: what a stream starts from.
numbers by_first_rows(unsigned seed, index_t first_rows) {
  const cnnpool::descriptor_span<const float> first(training().data(), first_rows, d);
  const auto book = cnnpool::fit_codebook(first, {.clusters = clusters, .seed = seed, .iterations = iterations});
  return {book.centres().data, book.centres().data + clusters * d};
}
void print_streams() {
  const auto mean_of_seeds = [](const auto& fit) {
    double mean = 0;
    for (unsigned seed = 1; seed <= 5; ++seed) mean += mean_residual(fit(seed)) / 5;
    return mean;
  };
  const double all = mean_of_seeds(by_cnnpool);
  for (const index_t each : {8, 16, 64}) {
    const index_t first = each * clusters;
    const auto more = [&](const auto& fit) { return 100 * (mean_of_seeds(fit) / all - 1); };
    std::printf("kmeans32: the rows as a stream, first_rows %4td: residual %+.1f %%, group after group %+.1f %%; "
                "the first rows alone %+.1f %%\n",
                first, more([&](unsigned seed) { return by_stream(seed, first, false); }),
                more([&](unsigned seed) { return by_stream(seed, first, true); }),
                more([&](unsigned seed) { return by_first_rows(seed, first); }));
  }
}

struct fitter {
  const char* name;
  numbers (*fit)(unsigned seed);
};
const std::vector<fitter> fitters = {
    {"cnnpool", by_cnnpool},
#if defined(CNNPOOL_BENCHMARK_VLFEAT)
    {"VLFeat", by_vlfeat},
#endif
#if defined(CNNPOOL_BENCHMARK_FAISS)
    {"FAISS", by_faiss},
#endif
};

}  // namespace

int main(int argc, char** argv) {
  benchmarks::use_one_thread();
  double ours = 0;
  for (const fitter& f : fitters) {
    double mean = 0, best = std::numeric_limits<double>::infinity();
    constexpr unsigned seeds = 5;
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      const double r = mean_residual(f.fit(seed));
      mean += r / seeds;
      best = std::min(best, r);
    }
    if (f.fit == by_cnnpool) ours = mean;
    char text[160];
    std::snprintf(text, sizeof text, "kmeans32: %s: mean squared residual %.3f (seeds 1 to 5), best %.3f", f.name, mean,
                  best);
    benchmarks::expect(ours < 1.02 * mean, text);
  }
  print_streams();
  std::vector<method> methods;
  for (const fitter& f : fitters) methods.push_back({f.name, [&f] { f.fit(1); }});
  benchmarks::add_turns("kmeans32/8192x64", 3, [] {
    benchmarks::multiply_add_all(2. * iterations * static_cast<double>(n * d * clusters));
  }, methods);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
