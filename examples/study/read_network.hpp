// A network from its files, or one sentence of ours: OpenCV's own are assertions of its readers, and of some damage it
// says nothing (a Darknet file that ends too early leaves numbers that were never set).
#pragma once

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <opencv2/dnn.hpp>

#include <cnnpool/core/error.hpp>

namespace network_files {

namespace fs = std::filesystem;

inline std::string ending_of(const std::string& file) {
  std::string ending = fs::path(file).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

/// Both files are there, and the second one is where the first needs it.
inline void check_files(const std::string& model, const std::string& weights) {
  for (const std::string& path : {model, weights})
    if (!path.empty() && !fs::is_regular_file(path))
      cnnpool::raise("network: ", path, " is no file, expected a model of Caffe, ONNX or Darknet");
  for (const std::string& path : {model, weights})
    if (!path.empty() && fs::file_size(path) == 0) cnnpool::raise("network: ", path, " is empty");
  const std::pair<const char*, const char*> pairs[] = {{".prototxt", ".caffemodel"}, {".cfg", ".weights"}};
  for (const auto& [plan, numbers] : pairs) {
    if (ending_of(model) == plan && weights.empty())
      cnnpool::raise("network: ", model, " says how the network is built, its numbers are in a ", numbers,
                     " file: give it as --weights");
    if (ending_of(model) == numbers && weights.empty())
      cnnpool::raise("network: ", model, " holds numbers alone: give it as --weights, and the ", plan,
                     " file as --model");
  }
}

/// Darknet's numbers stand one behind the other without a count.
inline void check_darknet_weights(const cv::dnn::Net& net, const std::string& weights) {
  std::size_t needed = 0;
  for (const cv::String& name : net.getLayerNames())
    for (const cv::Mat& blob : net.getLayer(net.getLayerId(name))->blobs) needed += blob.total();
  const auto there = fs::file_size(weights);
  constexpr std::size_t head = 16;  // of the older of the two kinds
  if (there < needed * sizeof(float) + head)
    cnnpool::raise("network: ", weights, " has ", there, " bytes, the network's ", needed, " numbers need ",
                   needed * sizeof(float) + head, ": it ends too early, or belongs to another .cfg");
}

inline cv::dnn::Net read(const std::string& model, const std::string& weights) {
  check_files(model, weights);
  cv::dnn::Net net;
  try {
    net = cv::dnn::readNet(model, weights);
  } catch (const cv::Exception& e) {
    const auto bytes = [](const std::string& file) {
      return file + " (" + std::to_string(fs::file_size(file)) + " bytes)";
    };
    // What its ONNX reader says of a node that it does not know is worth reading, an assertion is not.
    const bool says = e.code != cv::Error::StsAssert && e.err.find("parse error") != std::string::npos &&
                      e.err.find("failed. in function") == std::string::npos;
    cnnpool::raise("network: OpenCV cannot read ", bytes(model), weights.empty() ? "" : " with " + bytes(weights),
                   ": truncated, damaged, or of a kind that it does not know", says ? "; it says: " + e.err : "");
  }
  if (net.empty()) cnnpool::raise("network: ", model, " holds no layers");
  if (ending_of(weights) == ".weights") check_darknet_weights(net, weights);
  return net;
}

/// How many letters have to be changed, added or left out (Levenshtein).
inline std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j)
      diagonal = std::exchange(row[j + 1],
                               std::min({row[j + 1] + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)}));
  }
  return row.back();
}

/// The three names most like this one, quoted.
inline std::string nearest_names(const std::string& name, std::vector<std::string> all) {
  std::ranges::stable_sort(all, {}, [&](const std::string& other) { return distance(name, other); });
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, all.size()); ++i)
    out += (i == 0 ? "\"" : ", \"") + all[i] + "\"";
  return out;
}

}  // namespace network_files
