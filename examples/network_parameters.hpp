// Numbers of a network that were learned elsewhere, from a .npz file into the network that OpenCV's dnn has read:
// cnnpool-finetune writes such files. An array is called LAYER.INDEX, the index being that of the layer's blob: 0 the
// weights, 1 the biases.
//
//   cv::dnn::Net net = cv::dnn::readNet("net.onnx");
//   set_parameters(net, "tuned.npz");                    // before the first forward pass
//
// All names and shapes are looked at before the first number is set. Without libzip (Debian: libzip-dev) it is an
// error.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <opencv2/dnn.hpp>

#include <cnnpool/core/error.hpp>

#if defined(CNNPOOL_EXAMPLES_ZIP)
#include <cnnpool/io/npz.hpp>
#endif

namespace network_parameters {

/// OpenCV 4.6 puts this before the nodes of ONNX files; in options and files layers go without it. A node without a
/// name is called by its first output.
inline constexpr const char *onnx_prefix = "onnx_node!", *unnamed_onnx_prefix = "onnx_node_output_0!";

inline std::string without_prefix(const std::string& name) {
  return name.starts_with(onnx_prefix) ? name.substr(std::string(onnx_prefix).size()) : name;
}

/// Extents other than 1: OpenCV keeps a bias as a row or as a column.
inline std::vector<std::ptrdiff_t> shape_of(const cv::Mat& m) {
  std::vector<std::ptrdiff_t> out;
  for (int i = 0; i < m.dims; ++i)
    if (m.size[i] != 1) out.push_back(m.size[i]);
  return out;
}
inline std::string text_of(const std::vector<std::ptrdiff_t>& shape) {
  std::string text;
  for (const std::ptrdiff_t extent : shape) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text.empty() ? "1" : text;
}

/// Blob `index` of a layer. Into the numbers that are there, because a fully connected layer has looked at where they
/// lie when it was made; setParam for the layers that copy them later.
inline void set(cv::dnn::Net& net, int layer, int index, const float* values) {
  cv::Mat blob = net.getParam(layer, index);
  std::memcpy(blob.data, values, blob.total() * sizeof(float));
  net.setParam(layer, index, blob);
}

}  // namespace network_parameters

inline void set_parameters(cv::dnn::Net& net, const std::string& path) {
#if defined(CNNPOOL_EXAMPLES_ZIP)
  using namespace network_parameters;
  const cnnpool::npz_file file(path);
  const std::vector<std::string> names = file.names();
  if (names.empty()) cnnpool::raise("--parameters: ", path, " holds no arrays, expected some called LAYER.INDEX");
  for (const bool setting : {false, true})
    for (const std::string& name : names) {
      const std::size_t dot = name.rfind('.');
      const std::string layer = name.substr(0, dot), digits = dot == std::string::npos ? "" : name.substr(dot + 1);
      if (layer.empty() || digits.empty() || digits.size() > 2 ||
          !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        cnnpool::raise("--parameters: ", path, " has an array \"", name, "\", expected LAYER.INDEX");
      const int index = std::stoi(digits);
      int id = -1;
      for (const char* prefix : {"", onnx_prefix, unnamed_onnx_prefix})
        if (id < 0) id = net.getLayerId(prefix + layer);
      if (id <= 0) cnnpool::raise("--parameters: ", path, " has numbers of \"", layer, "\", a layer that is not there");
      const auto blobs = net.getLayer(id)->blobs.size();
      if (static_cast<std::size_t>(index) >= blobs)
        cnnpool::raise("--parameters: ", path, ": ", name, ": the layer has ", blobs, " blobs of numbers");
      const cnnpool::npy_array array = file.read(name);
      std::vector<std::ptrdiff_t> shape;
      for (const cnnpool::index_t extent : array.shape())
        if (extent != 1) shape.push_back(extent);
      const cv::Mat there = net.getParam(id, index);
      if (array.type() != cnnpool::scalar_type::float32 || array.header().fortran_order || there.type() != CV_32F ||
          shape != shape_of(there))
        cnnpool::raise("--parameters: ", path, ": ", name, " is ", text_of(shape), " of ",
                       cnnpool::to_string(array.type()), ", the network's is ", text_of(shape_of(there)),
                       " of float32");
      if (setting) set(net, id, index, static_cast<const float*>(array.data()));
    }
#else
  static_cast<void>(net);
  cnnpool::raise("--parameters: ", path, " cannot be read, this program was built without libzip (Debian: libzip-dev)");
#endif
}
