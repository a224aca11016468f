// Regions of a map: R-MAC's grid, one descriptor per region, and boxes of your own.
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "standard_output.hpp"

using namespace cnnpool;

int main() {
  std::vector<float> values(8 * 6 * 8, 0.f);
  const feature_view<float> x(values.data(), {.c = 8, .h = 6, .w = 8}, nchw);
  for (std::size_t c = 0; c < 8; ++c) values[c * 48 + c] = 1;  // channel c answers in the first row, column c

  // Asking for the regions costs nothing: they are computed, not stored.
  const auto boxes = rmac_grid{.levels = 2}.regions(6, 8);
  std::printf("%td regions on a map of 6 x 8\n", boxes.size());
  for (index_t k = 0; k < boxes.size(); ++k) {
    const box b = boxes[k];
    std::printf("  %td x %td at (%td, %td)\n", b.h, b.w, b.h0, b.w0);
  }

  // One row per region: training data for a whitening, or local descriptors.
  const auto rows = pool_regions(x, max() | l2{}, rmac_grid{.levels = 2});
  std::printf("pool_regions: %td x %td\n", rows.rows(), rows.cols());

  // Your own boxes: rows, columns, height, width.
  const box halves[] = {{.h0 = 0, .w0 = 0, .h = 6, .w = 4}, {.h0 = 0, .w0 = 4, .h = 6, .w = 4}};
  const auto left_and_right = pool_regions(x, max(), box_list{halves});
  for (index_t k = 0; k < left_and_right.rows(); ++k) {
    std::printf(k == 0 ? "left: " : "right:");
    for (const float component : left_and_right.row(k)) std::printf(" %g", static_cast<double>(component));
    std::printf("\n");
  }
  return printed();
}

// prints:
// 8 regions on a map of 6 x 8
//   6 x 6 at (0, 0)
//   6 x 6 at (0, 2)
//   4 x 4 at (0, 0)
//   4 x 4 at (0, 2)
//   4 x 4 at (0, 4)
//   4 x 4 at (2, 0)
//   4 x 4 at (2, 2)
//   4 x 4 at (2, 4)
// pool_regions: 8 x 8
// left:  1 1 1 1 0 0 0 0
// right: 0 0 0 0 1 1 1 1
