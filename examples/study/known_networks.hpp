// The networks of a folder of models that the study knows by name: their files, what they want, layers worth pooling.
#pragma once

#include <string>
#include <vector>

#include "network.hpp"

struct known_network {
  network_card card;
  std::vector<std::string> layers;  ///< layer, or layer+relu: rectified while reading
};

inline std::vector<known_network> known_networks(const std::string& folder) {
  const auto in = [&](const std::string& name) { return (std::filesystem::path(folder) / name).string(); };
  const std::vector<double> caffe_mean = {104, 117, 123};
  const std::string sq11 = "squeezenet_v1.1_caffe/squeezenet_v1.1", sq10 = "squeezenet_v1.0_caffe/squeezenet_v1.0";
  return {
      {{.name = "squeezenet_v1.1",
        .model = in(sq11 + ".prototxt"),
        .weights = in(sq11 + ".caffemodel"),
        .mean = caffe_mean},
       {"pool5", "fire9/concat", "conv10", "conv10+relu", "pool10"}},
      {{.name = "squeezenet_v1.0",
        .model = in(sq10 + ".prototxt"),
        .weights = in(sq10 + ".caffemodel"),
        .mean = caffe_mean},
       {"fire9/concat"}},
      {{.name = "tiny_darknet",
        .model = in("tiny_darknet/tiny.cfg"),
        .weights = in("tiny_darknet/tiny.weights"),
        .rgb = true,
        .scale = 1 / 255.},
       {"leaky_18", "leaky_18+relu", "leaky_19+relu"}},
      {{.name = "mobilenet_v1_075",
        .model = in("mobilenet_v1_075_onnx/mobilenet_v1_075.onnx"),
        .weights = "",
        .rgb = true,
        .mean = {127.5, 127.5, 127.5},
        .scale = 1 / 127.5,
        .multiple = 32},
       {"conv_pw_11_relu", "conv_pw_13_relu"}},
      {{.name = "resnet18_layer3",
        .model = in("resnet18_layer3_onnx/resnet18_layer3.onnx"),
        .weights = "",
        .rgb = true,
        .mean = {123.675, 116.28, 103.53},
        .deviation = {58.395, 57.12, 57.375}},
       {"layer3"}},
  };
}
