// Learns the PCA whitening of R-MAC's regions on maps that come one after the other, and saves it to rmac.cnnpool.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/fit.hpp>
#include <cnnpool/io/model.hpp>

int main() {
  const int c = 32, h = 12, w = 16, photos = 60, dimensions = 16;
  std::vector<float> map(c * h * w);
  const cnnpool::feature_view<float> x(map.data(), {.c = c, .h = h, .w = w}, cnnpool::nchw);

  cnnpool::covariance statistics;
  cnnpool::index_t rows = 0;
  unsigned random = 12345;
  for (int photo = 0; photo < photos; ++photo) {
    for (float& v : map) {
      random = random * 1664525u + 1013904223u;
      v = random >> 31 ? 0.0f : static_cast<float>(random >> 8) / (1 << 23);
    }
    const auto regions = cnnpool::pool_regions(x, cnnpool::max() | cnnpool::l2{}, cnnpool::rmac_grid{.levels = 3});
    statistics.add(regions);
    rows += regions.rows();
  }
  const cnnpool::projection whiten = cnnpool::fit_pca_whitening(statistics, {.dimensions = dimensions});
  assert(rows == photos * 20 && whiten.effective_rank() == c);
  cnnpool::write_model("rmac.cnnpool", whiten);

  // What whitening promises: the training rows have mean 0 and variance 1 in every direction that is kept.
  random = 12345;
  std::vector<double> mean(dimensions), square(dimensions);
  for (int photo = 0; photo < photos; ++photo) {
    for (float& v : map) {
      random = random * 1664525u + 1013904223u;
      v = random >> 31 ? 0.0f : static_cast<float>(random >> 8) / (1 << 23);
    }
    const auto policy = cnnpool::max() | cnnpool::l2{} | whiten;
    const auto white = cnnpool::pool_regions(x, policy, cnnpool::rmac_grid{.levels = 3});
    for (int i = 0; i < white.rows(); ++i)
      for (int j = 0; j < dimensions; ++j) {
        mean[j] += white(i, j) / double(rows);
        square[j] += double(white(i, j)) * white(i, j) / double(rows);
      }
  }
  for (int j = 0; j < dimensions; ++j) assert(mean[j] * mean[j] < 1e-6 && square[j] > 0.999 && square[j] < 1.001);
  std::printf("rmac.cnnpool: %d -> %d, learned on %td regions\n", c, dimensions, rows);
}
