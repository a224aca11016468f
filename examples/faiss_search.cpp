// Descriptors handed to FAISS as they are (row-major float), and its exact search against ours.
//
//   example_faiss_search examples/data
#include <faiss/IndexFlat.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/search/nearest.hpp>

#include "ground_truth.hpp"
#include "standard_output.hpp"

int main(int count, char** arguments) try {
  if (count != 2) return std::fprintf(stderr, "usage: example_faiss_search DATA_FOLDER\n"), 2;
  const std::string data = arguments[1];
  const cnnpool::npy_array query_maps = cnnpool::read_npy(data + "/queries.npy");
  const cnnpool::npy_array reference_maps = cnnpool::read_npy(data + "/references.npy");
  const auto queries = cnnpool::pool(demo_view(query_maps, "queries.npy"), cnnpool::pipelines::gem);
  const auto references = cnnpool::pool(demo_view(reference_maps, "references.npy"), cnnpool::pipelines::gem);

  // The chain ends with l2, so the inner product is the cosine.
  faiss::IndexFlatIP index(static_cast<int>(references.cols()));
  index.add(references.rows(), references.data());
  const cnnpool::index_t k = 5;
  std::vector<float> scores(static_cast<std::size_t>(queries.rows() * k));
  std::vector<faiss::Index::idx_t> ids(scores.size());
  index.search(queries.rows(), queries.data(), k, scores.data(), ids.data());

  // Ours sums in double and FAISS in float: scores nearer than that are a tie, and their order is nobody's error.
  const cnnpool::neighbours ours = cnnpool::nearest(queries, references, k);
  cnnpool::index_t same = 0, ties = 0;
  for (std::size_t q = 0; q < ours.size(); ++q)
    for (std::size_t i = 0; i < ours[q].size(); ++i) {
      const std::size_t at = q * static_cast<std::size_t>(k) + i;
      if (ids[at] == ours.ids(q)[i]) ++same;
      else if (std::abs(static_cast<double>(scores[at]) - ours.scores(q)[i]) < 1e-6) ++ties;
    }
  const cnnpool::index_t all = queries.rows() * k;
  std::printf("%td queries, %td neighbours each: %td of %td agree with faiss::IndexFlatIP, %td are ties\n",
              queries.rows(), k, same, all, ties);
  return same + ties == all ? printed() : 1;
} catch (const std::exception& e) {
  return std::fprintf(stderr, "%s\n", e.what()), 1;
}

// prints:
// 56 queries, 5 neighbours each: 280 of 280 agree with faiss::IndexFlatIP, 0 are ties
