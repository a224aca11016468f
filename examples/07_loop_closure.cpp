// Loop closure: a camera that walks a corridor twice, and knows when it sees a place again. One descriptor per frame,
// one query among the frames before it, nothing allocated by the query once its memory is warm.
//
//   example_07_loop_closure examples/data
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/search/flat_index.hpp>

#include "ground_truth.hpp"
#include "standard_output.hpp"

using namespace cnnpool;

int main(int count, char** arguments) try {
  if (count != 2) return std::fprintf(stderr, "usage: example_07_loop_closure DATA_FOLDER\n"), 2;
  const std::string data = arguments[1];

  // The first walk is the references, the second the queries: frame 56 + q shows the places of query q.
  const npy_array first = read_npy(data + "/references.npy"), second = read_npy(data + "/queries.npy");
  const auto walk = demo_view(first, "references.npy"), again = demo_view(second, "queries.npy");
  const index_t lap = walk.extents().n, frames = lap + again.extents().n;
  const auto places = read_matches(data + "/ground_truth.txt", lap);

  const auto& describe = pipelines::gem;
  descriptors<float> frame(1, descriptor_size(describe, walk.extents()));
  workspace memory;
  flat_index<float> seen;
  neighbours best;
  search_workspace search_memory;
  seen.reserve(frames, frame.cols());  // no frame waits for memory

  constexpr index_t newest = 40;    // frames that look like this one because they are its neighbours in time
  constexpr double least = 0.875;   // the cosine from which on a place counts as seen before
  index_t closed = 0, right = 0;
  for (index_t i = 0; i < frames; ++i) {
    pool_into(i < lap ? walk.images(i, 1) : again.images(i - lap, 1), describe, frame, memory);
    seen.nearest_into(frame, 1, best, search_memory, {.except_last = newest});
    seen.add(frame);
    if (best[0].empty() || best[0][0].score < least) continue;

    const auto [id, score] = best[0][0];
    const bool known = i >= lap && std::ranges::count(places[static_cast<std::size_t>(i - lap)].positives, id) > 0;
    if (closed % 6 == 0) std::printf("frame %td: seen before at %td, cosine %.3f\n", i, id, score);
    ++closed;
    right += known ? 1 : 0;
  }
  std::printf("%td frames, %td loops closed, %td of them right\n", seen.rows(), closed, right);
  return printed();
} catch (const std::exception& e) {
  return std::fprintf(stderr, "%s\n", e.what()), 1;
}

// prints:
// frame 56: seen before at 1, cosine 0.898
// frame 73: seen before at 17, cosine 0.877
// frame 80: seen before at 19, cosine 0.876
// frame 93: seen before at 38, cosine 0.891
// frame 110: seen before at 54, cosine 0.895
// 112 frames, 25 loops closed, 22 of them right
