// Codebooks by k-means, and the same by VLFeat and FAISS. Printed: what each leaves as the mean squared distance to
// the nearest centre, over five seeds; then their times, in turns. The limit is the multiply-adds of 25 times all
// distances.
#include "turns.hpp"

#include <limits>

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
  std::vector<method> methods;
  for (const fitter& f : fitters) methods.push_back({f.name, [&f] { f.fit(1); }});
  benchmarks::add_turns("kmeans32/8192x64", 3, [] {
    benchmarks::multiply_add_all(2. * iterations * static_cast<double>(n * d * clusters));
  }, methods);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
