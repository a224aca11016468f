// Loads the whitening that rmac_train saved to rmac.cnnpool, and describes maps by R-MAC with it.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <cmath>
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/io/model.hpp>

#ifdef EIGEN_WORLD_VERSION
#error "this program needs no Eigen"
#endif

int main() {
  const int n = 3, c = 32, h = 12, w = 16;
  std::vector<float> maps(n * c * h * w);
  unsigned random = 999;
  for (float& v : maps) {
    random = random * 1664525u + 1013904223u;
    v = random >> 31 ? 0.0f : static_cast<float>(random >> 8) / (1 << 23);
  }
  const cnnpool::feature_view<float> x(maps.data(), {.n = n, .c = c, .h = h, .w = w}, cnnpool::nchw);

  const auto whiten = cnnpool::read_model<cnnpool::projection>("rmac.cnnpool");
  const cnnpool::rmac_grid grid{.levels = 3};
  const auto of_region = cnnpool::max() | cnnpool::l2{} | whiten | cnnpool::l2{};
  const auto describe = cnnpool::regional(of_region, grid) | cnnpool::l2{};
  const auto d = cnnpool::pool(x, describe);
  assert(d.rows() == n && d.cols() == 16);

  const auto boxes = grid.regions(h, w);
  assert(boxes.size() == 20);
  for (int i = 0; i < n; ++i) {  // the same with plain loops
    std::vector<double> sum(16);
    for (cnnpool::index_t k = 0; k < static_cast<cnnpool::index_t>(boxes.size()); ++k) {
      const cnnpool::box b = boxes[k];
      std::vector<double> v(c), white(16);
      double squares = 0;
      for (int j = 0; j < c; ++j) {
        double m = -1e30;
        for (auto y = b.h0; y < b.h0 + b.h; ++y)
          for (auto z = b.w0; z < b.w0 + b.w; ++z) m = std::fmax(m, x(i, j, y, z));
        v[j] = m;
        squares += m * m;
      }
      double norm = 0;
      for (int o = 0; o < 16; ++o) {
        for (int j = 0; j < c; ++j) white[o] += whiten.rows()(o, j) * (v[j] / std::sqrt(squares) - whiten.mean()(0, j));
        norm += white[o] * white[o];
      }
      for (int o = 0; o < 16; ++o) sum[o] += white[o] / std::sqrt(norm);
    }
    double squares = 0;
    for (double s : sum) squares += s * s;
    for (int o = 0; o < 16; ++o) assert(std::fabs(d(i, o) - sum[o] / std::sqrt(squares)) < 1e-5);
  }
  std::printf("%td descriptors of %td components from rmac.cnnpool\n", d.rows(), d.cols());
}
