// Networks that OpenCV dnn reads (Caffe, ONNX, Darknet): any number of layers of one photo of any size in one forward
// pass. The Mats belong to the network and are overwritten by the next pass.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include <cnnpool/core/error.hpp>

#include "../network_parameters.hpp"
#include "mean_image.hpp"
#include "pass_size.hpp"
#include "photo.hpp"
#include "read_network.hpp"

/// How a network wants its photos: value = (pixel - mean) * scale / deviation, channels in the order of `rgb`.
struct network_card {
  std::string name;
  std::string model, weights;  ///< .prototxt and .caffemodel, .cfg and .weights, .onnx alone
  bool rgb = false;
  std::vector<double> mean = {0, 0, 0};       ///< in the order of the channels
  std::vector<double> deviation = {1, 1, 1};  ///< likewise
  double scale = 1;
  int multiple = 1;             ///< heights and widths are rounded to multiples of it
  std::string resize = "auto";  ///< area, linear, cubic, lanczos; auto: area to smaller sizes, linear to larger ones
  std::string parameters = {};  ///< .npz of numbers that replace those of the file (network_parameters.hpp)
  std::string mean_image = {};  ///< .npy or .binaryproto that replaces `mean` (mean_image.hpp)
};

/// OpenCV's interpolation to a smaller or a larger size, by the words of network_card::resize.
inline int interpolation(const std::string& resize, bool smaller) {
  if (resize == "auto") return smaller ? cv::INTER_AREA : cv::INTER_LINEAR;
  if (resize == "area") return cv::INTER_AREA;
  if (resize == "linear") return cv::INTER_LINEAR;
  if (resize == "cubic") return cv::INTER_CUBIC;
  if (resize == "lanczos") return cv::INTER_LANCZOS4;
  cnnpool::raise("--resize: \"", resize, "\", expected auto, area, linear, cubic or lanczos");
}

/// Raises where photos cannot be prepared so.
inline void check(const network_card& card) {
  if (card.mean.size() != 3 || card.deviation.size() != 3)
    cnnpool::raise("network: ", card.mean.size(), " means and ", card.deviation.size(),
                   " deviations, expected 3 of each");
  for (const double deviation : card.deviation)
    if (!(deviation > 0) || !std::isfinite(deviation))
      cnnpool::raise("network: a deviation is ", deviation, ", expected a finite number of more than 0");
  const std::string means = cv::format("%g, %g, %g", card.mean[0], card.mean[1], card.mean[2]);
  if (!std::ranges::all_of(card.mean, [](double m) { return std::isfinite(m); }))
    cnnpool::raise("network: a mean is not finite: ", means);
  const auto [least, most] = std::ranges::minmax(card.mean);
  check_pixel_means(least, most, "network: the means are ", means);
  if (!std::isfinite(card.scale) || card.scale == 0)
    cnnpool::raise("network: --input-scale is ", card.scale, ", expected a finite number other than 0");
  if (card.multiple < 1) cnnpool::raise("--multiple: ", card.multiple, ", expected at least 1");
  static_cast<void>(interpolation(card.resize, true));
}

struct layer_info {
  std::string name, type;
  std::vector<int> shape;  ///< n, c, h, w or n, c
};

class network {
 public:
  explicit network(const network_card& card) : card_(card) {
    check(card);
    net_ = network_files::read(card.model, card.weights);
    net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    // Fused, a ReLU in front of a Concat is computed in the Concat's memory, and who asks for the ReLU's own output
    // gets what its memory happened to hold (OpenCV 4.6).
    net_.enableFusion(false);
    names_ = net_.getLayerNames();
    if (!card.parameters.empty()) set_parameters(net_, card.parameters);
    if (!card.mean_image.empty()) mean_image_ = resized_mean(read_mean_image(card.mean_image));
  }

  const network_card& card() const { return card_; }
  /// For its layers and their numbers.
  const cv::dnn::Net& net() const { return net_; }

  /// What the results depend on: the files and the preprocessing.
  std::string identity() const {
    fingerprint f;
    for (const std::string* path : {&card_.model, &card_.weights}) {
      const auto bytes = bytes_of(*path);
      f.add(bytes.data(), bytes.size());
    }
    for (const std::string* path : {&card_.parameters, &card_.mean_image})
      if (!path->empty()) {
        const auto bytes = bytes_of(*path);
        f.add(path == &card_.parameters ? "parameters" : "mean image");
        f.add(bytes.data(), bytes.size());
      }
    const double numbers[] = {card_.mean[0],      card_.mean[1],       card_.mean[2],
                              card_.deviation[0], card_.deviation[1],  card_.deviation[2],
                              card_.scale,        card_.rgb ? 1. : 0., static_cast<double>(card_.multiple)};
    f.add(numbers, sizeof numbers);
    f.add(card_.resize);
    return f.text();
  }

  /// Every layer with the shape that it has for a photo of this size: those of a forward pass, because the shapes that
  /// OpenCV computes beforehand (getLayersShapes) are wrong for some pooling layers.
  std::vector<layer_info> layers(cv::Size size) {
    std::vector<std::string> wanted;
    for (const cv::String& name : names_)
      if (net_.getLayer(net_.getLayerId(name))->type != "Const") wanted.push_back(name);
    const std::vector<cv::Mat> outputs = forward(cv::Mat::zeros(size, CV_8UC3), 0, wanted);
    std::vector<layer_info> out;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const cv::Mat& m = outputs[i];
      out.push_back({network_parameters::without_prefix(wanted[i]), net_.getLayer(net_.getLayerId(wanted[i]))->type,
                     std::vector<int>(m.size.p, m.size.p + m.dims)});
    }
    return out;
  }

  /// One Mat per layer, in their order. The photo's longer side becomes `side` pixels (0: as it is).
  std::vector<cv::Mat> forward(const cv::Mat& photo, int side, const std::vector<std::string>& layers) {
    return forward(input(photo, side), layers);
  }
  std::vector<cv::Mat> forward(const cv::Mat& input, const std::vector<std::string>& layers) {
    std::vector<cv::String> wanted;
    for (const std::string& layer : layers) wanted.push_back(full_name(layer));
    return pass_size::run(net_, {input.size[3], input.size[2]}, [&] {
      std::vector<cv::Mat> out;
      net_.setInput(input);
      net_.forward(out, wanted);
      return out;
    });
  }

  /// What the network is given of a photo, 1 x 3 x h x w.
  cv::Mat input(const cv::Mat& photo, int side) {
    const cv::Size size = input_size(photo.size(), side);
    return pass_size::run(net_, size, [&] { return cv::dnn::blobFromImage(values(resized(photo, size))); });
  }
  cv::Mat resized(const cv::Mat& photo, cv::Size size) const {
    cv::Mat out;
    cv::resize(photo, out, size, 0, 0, interpolation(card_.resize, size.area() < photo.size().area()));
    return out;
  }
  /// The values of pixels (BGR, 8 bit): channels in their order, less the mean, scaled.
  cv::Mat values(const cv::Mat& resized) {
    cv::Mat ordered, pixels;  // the photo itself stays as it is
    if (card_.rgb) cv::cvtColor(resized, ordered, cv::COLOR_BGR2RGB);
    else ordered = resized;
    ordered.convertTo(pixels, CV_32F);
    if (mean_image_.empty()) cv::subtract(pixels, cv::Scalar(card_.mean[0], card_.mean[1], card_.mean[2]), pixels);
    else cv::subtract(pixels, mean_image_.at(pixels.size()), pixels);
    cv::multiply(pixels,
                 cv::Scalar(card_.scale / card_.deviation[0], card_.scale / card_.deviation[1],
                            card_.scale / card_.deviation[2]),
                 pixels);
    return pixels;
  }

  cv::Size input_size(cv::Size photo, int side) const {
    const double factor = side <= 0 ? 1 : static_cast<double>(side) / std::max(photo.width, photo.height);
    const auto rounded = [&](int pixels) {
      const double units = std::max(1., std::round(pixels * factor / card_.multiple));
      return static_cast<int>(std::min(units * card_.multiple, double{std::numeric_limits<int>::max()}));
    };
    return {rounded(photo.width), rounded(photo.height)};
  }

  /// The layer's name in OpenCV.
  cv::String full_name(const std::string& layer) const {
    for (const cv::String& name : {layer, network_parameters::onnx_prefix + layer})
      if (std::find(names_.begin(), names_.end(), name) != names_.end()) return name;
    std::vector<std::string> names;
    for (const cv::String& name : names_) names.push_back(network_parameters::without_prefix(name));
    cnnpool::raise("network: ", card_.model, " has no layer \"", layer, "\" among its ", names_.size(),
                   "; nearest are ", network_files::nearest_names(layer, names), "; --list-layers shows all");
  }

 private:
  network_card card_;
  cv::dnn::Net net_;
  std::vector<cv::String> names_;
  resized_mean mean_image_;
};
