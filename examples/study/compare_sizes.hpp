// One photo at several sizes: a sum over positions grows with the map, an average does not, and both point the same
// way. A row per layer, policy and size: the length of the descriptor before it is normalised, and its cosine to the
// first size's.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <cnnpool/adapters/opencv.hpp>
#include <cnnpool/cnnpool.hpp>

#include "known_networks.hpp"
#include "network.hpp"
#include "photo_folder.hpp"
#include "pooled_layer.hpp"

namespace study_detail {

template <class Policy>
cnnpool::descriptors<float> pooled_map(const cv::Mat& map, bool rectify, const Policy& policy) {
  return rectify ? cnnpool::pool(map, cnnpool::relu{} | policy) : cnnpool::pool(map, policy);
}
inline double product(const cnnpool::descriptors<float>& a, const cnnpool::descriptors<float>& b) {
  double sum = 0;
  for (cnnpool::index_t i = 0; i < a.cols(); ++i) sum += static_cast<double>(a(0, i)) * static_cast<double>(b(0, i));
  return sum;
}

}  // namespace study_detail

inline void compare_sizes(network& net, const std::vector<std::string>& layers, const std::string& path,
                          const std::vector<int>& sides) {
  const auto bytes = bytes_of(path);
  const photo read = read_photo(bytes);
  if (!read.problem.empty()) cnnpool::raise(path, " ", bytes.empty() ? study_detail::why_empty(path) : read.problem);
  std::vector<std::string> plain;
  for (const std::string& layer : layers) plain.push_back(base_of(layer));
  std::vector<std::vector<cv::Mat>> maps;  // by size, then by layer
  for (const int side : sides) {
    maps.push_back(net.forward(read.pixels, side, plain));
    for (cv::Mat& map : maps.back()) map = map.clone();  // the next pass overwrites it
  }
  std::printf("%-20s %-8s %6s %-14s %12s %10s %10s\n", "layer", "policy", "side", "map", "length", "ratio", "cosine");
  for (std::size_t l = 0; l < layers.size(); ++l)
    for (const bool average : {false, true}) {
      std::vector<cnnpool::descriptors<float>> d;
      for (std::size_t s = 0; s < sides.size(); ++s) {
        const cv::Mat& map = maps[s][l];
        const bool rectify = is_rectified(layers[l]);
        d.push_back(average ? study_detail::pooled_map(map, rectify, cnnpool::average{})
                            : study_detail::pooled_map(map, rectify, cnnpool::sum{}));
        const double length = std::sqrt(study_detail::product(d[s], d[s]));
        const double first = std::sqrt(study_detail::product(d[0], d[0]));
        const auto e = cnnpool::as_view(map).extents();
        std::printf("%-20s %-8s %6d %-14s %12.5g %10.4f %10.6f\n", layers[l].c_str(), average ? "average" : "sum",
                    sides[s],
                    (std::to_string(e.c) + "x" + std::to_string(e.h) + "x" + std::to_string(e.w)).c_str(), length,
                    length / first, study_detail::product(d[0], d[s]) / (length * first));
      }
    }
}
