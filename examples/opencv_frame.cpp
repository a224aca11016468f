// A camera frame in, one layer of a network, its R-MAC descriptor, and the cosine to a stored one, with OpenCV's dnn.
//
//   opencv_frame [--parameters TUNED.npz] MODEL.onnx LAYER FRAME.ppm DESCRIPTOR.npy
//
// TUNED.npz: what cnnpool-finetune has learned, in place of the network's own numbers.
// LAYER is a layer's name, or the name of a tensor of an ONNX graph. DESCRIPTOR.npy is compared to, or written where
// there is none. A layer followed by a ReLU in place holds the values before it here: relu{} | policy reads those after
// it.
#include <opencv2/dnn.hpp>

#include <algorithm>

#include <cnnpool/adapters/opencv.hpp>
#include <cnnpool/cnnpool.hpp>

#include "frame.hpp"
#include "network_parameters.hpp"

std::string parameters;  // a file, or none

/// The name that dnn gave the layer: nodes of an ONNX graph get a prefix.
std::string layer_of(const cv::dnn::Net& net, const std::string& wanted) {
  const std::vector<std::string> names = net.getLayerNames();
  for (const std::string& name : {wanted, "onnx_node!" + wanted, "onnx_node_output_0!" + wanted})
    if (std::find(names.begin(), names.end(), name) != names.end()) return name;
  cnnpool::raise("the network has ", names.size(), " layers, none of them is called ", wanted);
}

void run(const char* model, const char* layer, const char* frame_path, const char* descriptor) {
  cv::dnn::Net net = cv::dnn::readNet(model);
  if (!parameters.empty()) set_parameters(net, parameters);
  const std::string name = layer_of(net, layer);

  frame f = read_ppm(frame_path);
  const cv::Mat image(std::vector<int>{1, 3, static_cast<int>(f.height), static_cast<int>(f.width)}, CV_32F,
                      f.pixels.data());
  net.setInput(image);

  const stopwatch network;
  const cv::Mat maps = net.forward(name);
  const double network_ms = network.milliseconds();

  const stopwatch pooling;
  const cnnpool::descriptors<float> d = cnnpool::pool(maps, cnnpool::rmac{});  // no copy
  const double pooling_ms = pooling.milliseconds();

  report(layer, cnnpool::as_view(maps).extents(), network_ms, pooling_ms, d, descriptor);
}

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "--parameters") {
    parameters = argv[2];
    argv[2] = argv[0];
    argc -= 2;
    argv += 2;
  }
  return frame_main(argc, argv, "[--parameters TUNED.npz] MODEL.onnx LAYER FRAME.ppm DESCRIPTOR.npy", run);
}
