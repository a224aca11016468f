// A camera frame in, one layer of a network, its R-MAC descriptor, and the cosine to a stored one, with OpenVINO.
//
//   openvino_frame MODEL.onnx LAYER FRAME.ppm DESCRIPTOR.npy
//
// LAYER is any tensor of the graph. DESCRIPTOR.npy is compared to, or written where there is none.
#include <openvino/openvino.hpp>

#include <cnnpool/adapters/openvino.hpp>
#include <cnnpool/cnnpool.hpp>

#include "frame.hpp"

void run(const char* model_path, const char* layer, const char* frame_path, const char* descriptor) {
  frame f = read_ppm(frame_path);
  const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  ov::Core core;
  const std::shared_ptr<ov::Model> model = core.read_model(model_path);
  bool listed = false;
  for (const auto& output : model->outputs()) listed = listed || output.get_names().contains(layer);
  if (!listed) model->add_output(layer);
  model->reshape(ov::PartialShape{1, 3, f.height, f.width});
  ov::CompiledModel compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32));
  ov::InferRequest request = compiled.create_infer_request();
  request.set_input_tensor(ov::Tensor(ov::element::f32, {1, 3, size(f.height), size(f.width)}, f.pixels.data()));

  const stopwatch network;
  request.infer();
  const double network_ms = network.milliseconds();

  const stopwatch pooling;
  const ov::Tensor conv = request.get_tensor(layer);
  const auto maps = cnnpool::as_view(conv).as<float>();  // no copy
  const cnnpool::descriptors<float> d = cnnpool::pool(maps, cnnpool::rmac{});
  const double pooling_ms = pooling.milliseconds();

  report(layer, maps.extents(), network_ms, pooling_ms, d, descriptor);
}

int main(int argc, char** argv) {
  return frame_main(argc, argv, "MODEL.onnx LAYER FRAME.ppm DESCRIPTOR.npy", run);
}
