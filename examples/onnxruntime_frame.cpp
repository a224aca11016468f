// A camera frame in, one layer of a network, its R-MAC descriptor, and the cosine to a stored one, with ONNX Runtime.
//
//   onnxruntime_frame MODEL.onnx LAYER FRAME.ppm DESCRIPTOR.npy
//
// LAYER is any tensor of the graph, or an output's name. DESCRIPTOR.npy is compared to, or written where there is none.
#include <onnxruntime_cxx_api.h>

#include <iterator>

#include <cnnpool/adapters/onnxruntime.hpp>
#include <cnnpool/cnnpool.hpp>

#include "frame.hpp"

void run(const char* model_path, const char* layer, const char* frame_path, const char* descriptor) {
  std::ifstream file(model_path, std::ios::binary);
  std::string model{std::istreambuf_iterator<char>(file), {}};
  if (model.empty()) cnnpool::raise(model_path, ": cannot be read");
  const Ort::Env env(ORT_LOGGING_LEVEL_ERROR, "cnnpool");
  const Ort::SessionOptions options;
  Ort::AllocatorWithDefaultOptions allocator;

  // What the graph hands out already; any other layer is made an output.
  std::string input;
  bool listed = false;
  {
    const Ort::Session as_it_is(env, model.data(), model.size(), options);
    input = as_it_is.GetInputNameAllocated(0, allocator).get();
    for (std::size_t i = 0; i < as_it_is.GetOutputCount(); ++i)
      listed = listed || as_it_is.GetOutputNameAllocated(i, allocator).get() == std::string(layer);
  }
  if (!listed) model = cnnpool::onnx_with_output(std::move(model), layer);
  Ort::Session session(env, model.data(), model.size(), options);

  frame f = read_ppm(frame_path);
  const std::int64_t dims[] = {1, 3, f.height, f.width};
  const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const Ort::Value image = Ort::Value::CreateTensor<float>(memory, f.pixels.data(), f.pixels.size(), dims, 4);
  const char* const name = input.c_str();

  const stopwatch network;
  const std::vector<Ort::Value> out = session.Run(Ort::RunOptions(), &name, &image, 1, &layer, 1);
  const double network_ms = network.milliseconds();

  const stopwatch pooling;
  const auto maps = cnnpool::as_view(out[0]).as<float>();  // no copy
  const cnnpool::descriptors<float> d = cnnpool::pool(maps, cnnpool::rmac{});
  const double pooling_ms = pooling.milliseconds();

  report(layer, maps.extents(), network_ms, pooling_ms, d, descriptor);
}

int main(int argc, char** argv) {
  return frame_main(argc, argv, "MODEL.onnx LAYER FRAME.ppm DESCRIPTOR.npy", run);
}
