// Place recognition on real activations: describe, search, measure.
//
//   example_05_retrieval examples/data
#include <cstdio>
#include <exception>
#include <string>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/search/nearest.hpp>

#include "ground_truth.hpp"
#include "standard_output.hpp"

using namespace cnnpool;

int main(int count, char** arguments) try {
  if (count != 2) return std::fprintf(stderr, "usage: example_05_retrieval DATA_FOLDER\n"), 2;
  const std::string data = arguments[1];

  // 8-bit maps are pooled as they lie in the file; the view knows their scale.
  const npy_array query_maps = read_npy(data + "/queries.npy"), reference_maps = read_npy(data + "/references.npy");
  const auto queries = pool(demo_view(query_maps, "queries.npy"), pipelines::gem);
  const auto references = pool(demo_view(reference_maps, "references.npy"), pipelines::gem);
  std::printf("%td queries, %td references, %td components\n", queries.rows(), references.rows(), queries.cols());

  // The three nearest references of the first query, ties by index.
  const neighbours best = nearest(queries, references, 3);
  for (const auto [id, score] : best[0]) std::printf("  reference %td, cosine %.3f\n", id, score);

  // Measures need the whole ranking.
  const auto truths = read_matches(data + "/ground_truth.txt", references.rows());
  const neighbours ranked = nearest(queries, references, references.rows());
  const mean_measure map = mean_of(measures::average_precision{}, ranked, truths);
  std::printf("mAP %.1f %%, hit@1 %.1f %%, over %td queries (%td left out)\n", 100 * map.value,
              100 * mean_of(measures::hit_at{1}, ranked, truths).value, map.counted, map.left_out);
  return printed();
} catch (const std::exception& e) {
  return std::fprintf(stderr, "%s\n", e.what()), 1;
}

// prints:
// 56 queries, 56 references, 512 components
//   reference 1, cosine 0.898
//   reference 0, cosine 0.862
//   reference 2, cosine 0.852
// mAP 55.0 %, hit@1 67.9 %, over 56 queries (0 left out)
