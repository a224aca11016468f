// Trains a VLAD codebook on maps that are made one after the other in one buffer, then computes VLAD with it.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <cmath>
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/fit.hpp>

static const int c = 16, h = 10, w = 13, clusters = 8;

/// The map of a photo: every position shows one of 8 textures, with some noise.
static void make_map(unsigned photo, std::vector<float>& map) {
  unsigned random = photo * 2654435761u + 17u;
  for (int p = 0; p < h * w; ++p) {
    random = random * 1664525u + 1013904223u;
    unsigned texture = (random >> 24) % 8 * 977u + 5u;
    for (int k = 0; k < c; ++k) {
      texture = texture * 1664525u + 1013904223u;
      random = random * 1664525u + 1013904223u;
      map[k * h * w + p] = static_cast<float>(texture >> 16) / 65536 * 4 + static_cast<float>(random >> 16) / 65536;
    }
  }
}

int main() {
  std::vector<float> map(c * h * w);
  const cnnpool::feature_view<float> x(map.data(), {.c = c, .h = h, .w = w}, cnnpool::nchw);
  unsigned photo = 0;
  const auto rows = [&] {
    if (photo == 200) return cnnpool::position_rows(cnnpool::feature_view<float>());  // no rows: the end
    make_map(photo++, map);
    return cnnpool::position_rows(x);
  };
  const cnnpool::codebook words = cnnpool::fit_codebook(rows, {.clusters = clusters, .seed = 3, .first_rows = 1000});
  assert(photo == 200 && words.clusters() == clusters && words.dimensions() == c);

  double worst = 0;
  for (unsigned query = 1000; query < 1010; ++query) {
    make_map(query, map);
    const auto plain = cnnpool::pool(x, cnnpool::vlad(words));
    const auto intra = cnnpool::pool(x, cnnpool::vlad(words, {.power = true, .intra = true}));
    assert(plain.cols() == clusters * c && intra.cols() == clusters * c);

    std::vector<double> v(clusters * c);
    for (int p = 0; p < h * w; ++p) {
      int nearest = 0;
      double least = 1e30;
      for (int m = 0; m < clusters; ++m) {
        double distance = 0;
        for (int k = 0; k < c; ++k) distance += std::pow(map[k * h * w + p] - words.centres()(m, k), 2);
        if (distance < least) least = distance, nearest = m;
      }
      for (int k = 0; k < c; ++k) v[nearest * c + k] += map[k * h * w + p] - words.centres()(nearest, k);
    }
    double all = 0, all_intra = 0;
    for (double s : v) all += s * s;
    std::vector<double> u(v);
    for (int m = 0; m < clusters; ++m) {
      double squares = 0;
      for (int k = 0; k < c; ++k) {
        double& s = u[m * c + k];
        s = std::copysign(std::sqrt(std::fabs(s)), s);
        squares += s * s;
      }
      for (int k = 0; k < c && squares > 0; ++k) u[m * c + k] /= std::sqrt(squares);
      all_intra += squares > 0;
    }
    for (int i = 0; i < clusters * c; ++i) {
      worst = std::fmax(worst, std::fabs(plain(0, i) - v[i] / std::sqrt(all)));
      worst = std::fmax(worst, std::fabs(intra(0, i) - u[i] / std::sqrt(all_intra)));
    }
  }
  assert(worst < 1e-4);
  std::printf("%d words from %u maps; VLAD of %d components, at most %.1e from plain loops\n", clusters, photo,
              clusters * c, worst);
}
