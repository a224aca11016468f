// Reads maps from a .npy file, describes each by GeM and L2, and writes the descriptors to another .npy file.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <cmath>
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/io/npy.hpp>
#include <cnnpool/io/npy_write.hpp>

int main() {
  const int n = 5, c = 24, h = 7, w = 9;
  std::vector<float> values(n * c * h * w);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 7919 % 1009) / 100 - 2;
  const cnnpool::shape shape{.n = n, .c = c, .h = h, .w = w};
  cnnpool::write_npy("maps.npy", cnnpool::feature_view<float>(values.data(), shape, cnnpool::nchw));

  const cnnpool::npy_array maps = cnnpool::read_npy("maps.npy");
  const cnnpool::descriptors<float> d = cnnpool::pool(maps.view(), cnnpool::gem_p<3>{} | cnnpool::l2{});
  cnnpool::write_npy("descriptors.npy", d);

  const cnnpool::npy_array again = cnnpool::read_npy("descriptors.npy");
  const cnnpool::feature_view<float> rows = again.view().as<float>();
  assert(rows.extents().n == n && rows.extents().c == c && rows.extents().h == 1 && rows.extents().w == 1);

  for (int i = 0; i < n; ++i) {
    std::vector<double> expected(c);
    double squares = 0;
    for (int k = 0; k < c; ++k) {
      double sum = 0;
      for (int p = 0; p < h * w; ++p) sum += std::pow(std::fmax(values[(i * c + k) * h * w + p], 1e-6), 3);
      expected[k] = std::cbrt(sum / (h * w));
      squares += expected[k] * expected[k];
    }
    for (int k = 0; k < c; ++k) {
      assert(std::fabs(d(i, k) - expected[k] / std::sqrt(squares)) < 1e-6);
      assert(rows(i, k, 0, 0) == d(i, k));
    }
  }
  std::printf("descriptors.npy: %td x %td from maps.npy\n", d.rows(), d.cols());
  std::remove("maps.npy");
  std::remove("descriptors.npy");
}
