// MOP-VLAD as in the paper, from photos: a network of OpenCV's dnn sees the whole photo, 25 windows of half its side
// and 49 of a quarter, each resized to its input. Codebooks and projections are learned on the photos themselves, so
// the codebooks are small: one that has a centre for every photo leaves residuals that say nothing. The paper learns
// K = 100 and 500 dimensions on thousands of other photos.
//
//   example_mop_windows [--parameters TUNED.npz] MODEL WEIGHTS LAYER SIDE PHOTO...
//
// Darknet's preprocessing; SIDE: the network's input, pixels. TUNED.npz: what cnnpool-finetune has learned.
#include <cstdio>
#include <string>
#include <vector>

#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/adapters/opencv.hpp>
#include <cnnpool/all.hpp>
#include <cnnpool/fit.hpp>

#include "standard_output.hpp"
#include "study/network.hpp"
#include "study/photo.hpp"
#include "whole_number.hpp"

using namespace cnnpool;

namespace {

constexpr int photo_side = 256;  // the paper's: windows of 128 and 64 pixels, 32 apart

/// The layer's activations of one crop, averaged over its positions: a fully connected layer as it is.
descriptors<float> activation(network& net, const cv::Mat& crop, int side, const std::string& layer) {
  const std::vector<cv::Mat> out = net.forward(crop, side, {layer});
  return pool(as_view(out[0]), average{} | l2{});
}

/// A row per window, photo by photo. window = photo_side is the whole photo.
descriptors<float> activations(network& net, const std::vector<cv::Mat>& photos, int window, int side,
                               const std::string& layer) {
  const auto boxes = sliding_windows(photo_side, photo_side, window, 32);
  descriptors<float> rows;
  index_t row = 0;
  for (const cv::Mat& photo : photos)
    for (index_t k = 0; k < boxes.size(); ++k) {
      const box b = boxes[k];
      const cv::Rect crop(static_cast<int>(b.w0), static_cast<int>(b.h0), static_cast<int>(b.w), static_cast<int>(b.h));
      const auto a = activation(net, photo(crop), side, layer);
      if (row == 0) rows = descriptors<float>(static_cast<index_t>(photos.size()) * boxes.size(), a.cols());
      std::copy(a.row(0).begin(), a.row(0).end(), rows.row(row++).begin());
    }
  return rows;
}

/// PCA of the windows' activations, and a codebook of the projected ones.
mop_level fit_level(const descriptors<float>& rows) {
  mop_level level;
  const auto pca = fit_pca_whitening(rows, {.power = 0});
  level.input = pca.truncated(std::min<index_t>(pca.output_size(), 64));
  const auto projected = pool(rows, sum{} | level.input);
  level.centres = fit_codebook(projected, {.clusters = 2, .seed = 1});
  level.options = mop_paper;
  return level;
}

}  // namespace

int main(int count, char** arguments) {
  std::string parameters;
  if (count > 2 && std::string(arguments[1]) == "--parameters") {
    parameters = arguments[2];
    count -= 2;
    arguments += 2;
  }
  if (count < 7) {
    std::fprintf(stderr, "usage: example_mop_windows [--parameters NPZ] MODEL WEIGHTS LAYER SIDE PHOTO PHOTO...\n");
    return 2;
  }
  try {
    const std::string layer = arguments[3];
    int side = 0;
    if (!whole_number(arguments[4], side) || side < 1)
      raise("SIDE: \"", arguments[4], "\", expected a whole number of pixels of at least 1");
    network net({.name = "",
                 .model = arguments[1],
                 .weights = arguments[2],
                 .rgb = true,
                 .scale = 1 / 255.,
                 .parameters = parameters});
    std::vector<cv::Mat> photos;
    for (int i = 5; i < count; ++i) {
      const photo read = read_photo(bytes_of(arguments[i]));
      if (!read.problem.empty()) raise(arguments[i], " ", read.problem);
      photos.emplace_back();
      cv::resize(read.pixels, photos.back(), {photo_side, photo_side}, 0, 0, cv::INTER_AREA);
    }
    const descriptors<float> whole = activations(net, photos, photo_side, side, layer),
                             halves = activations(net, photos, 128, side, layer),
                             quarters = activations(net, photos, 64, side, layer);
    const std::vector<mop_level> levels{{}, fit_level(halves), fit_level(quarters)};
    const std::vector<feature_view<float>> views{as_view(whole), as_view(halves), as_view(quarters)};
    const auto d = pool(views, mop_vlad(levels));
    std::printf("%td photos, %td + %td + %td activations of %td components, descriptors of %td\n", d.rows(),
                whole.rows(), halves.rows(), quarters.rows(), whole.cols(), d.cols());
    const neighbours found = nearest(d, d, 2);
    for (std::size_t q = 0; q < found.size(); ++q) {
      const neighbour other = found[q][found[q][0].id == static_cast<index_t>(q) ? 1 : 0];  // not the photo itself
      std::printf("%s: %s %.3f\n", arguments[5 + q], arguments[5 + other.id], other.score);
    }
    return printed();
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "example_mop_windows: %s\n", e.what()), 1;
  }
}
