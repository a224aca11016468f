// Whether a network can run at a size, asked before it is tried: what does not fit the memory may end the program, and
// OpenCV's own sentences are assertions of its layers.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include <opencv2/dnn.hpp>

#include <cnnpool/core/error.hpp>

namespace pass_size {

inline double memory_of_machine() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Bytes that are held at the same time, at least: the photo resized, as numbers and as the network's input; then the
/// inputs and outputs of the largest layer. Raises cv::Exception where the shapes of the layers do not fit.
inline double least_bytes(const cv::dnn::Net& net, cv::Size size) {
  using shapes = std::vector<std::vector<cv::dnn::MatShape>>;
  std::vector<int> layers;
  shapes inputs, outputs;
  net.getLayersShapes(cv::dnn::MatShape{1, 3, size.height, size.width}, layers, inputs, outputs);
  double most = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    double bytes = 0;
    for (const shapes* side : {&inputs, &outputs})
      for (const cv::dnn::MatShape& shape : (*side)[i]) {
        double numbers = 1;
        for (const int extent : shape) numbers *= extent;
        bytes += numbers * sizeof(float);
      }
    most = std::max(most, bytes);
  }
  return most;
}

/// f() at this size of the network's input, or one sentence.
template <class F>
decltype(auto) run(const cv::dnn::Net& net, cv::Size size, const F& f) {
  constexpr double bytes_of_pixel = 3 * (1 + 2 * sizeof(float));
  double needed = bytes_of_pixel * size.width * size.height;
  std::string why = "a size that its layers cannot take: too small, or another than it was made for";
  try {
    if (needed < memory_of_machine()) needed = std::max(needed, least_bytes(net, size));
    if (needed < memory_of_machine()) return f();
    why.clear();
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) why.clear();
  } catch (const std::bad_alloc&) {
    why.clear();
  }
  if (why.empty())
    why = cv::format("which does not fit the memory: it needs at least %.1f GB, the machine has %.1f GB", needed / 1e9,
                     memory_of_machine() / 1e9);
  cnnpool::raise("is ", size.width, " x ", size.height, " for the network, ", why);
}

}  // namespace pass_size
