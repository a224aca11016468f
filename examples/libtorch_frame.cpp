// A camera frame in, one layer of a network, its R-MAC descriptor, and the cosine to a stored one, with libtorch.
//
//   libtorch_frame FRAME.ppm DESCRIPTOR.npy
//
// The network is two convolutions with random weights of a fixed seed: put your own in the place of `layer`. Tensors
// alone are included, <torch/torch.h> would take minutes to compile. DESCRIPTOR.npy is compared to, or written.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>

#include <cnnpool/adapters/torch.hpp>
#include <cnnpool/cnnpool.hpp>

#include "frame.hpp"

at::Tensor layer(const at::Tensor& image) {
  const at::Generator generator = at::detail::createCPUGenerator(7);
  const at::Tensor first = at::randn({32, 3, 5, 5}, generator).mul(0.1);
  const at::Tensor second = at::randn({64, 32, 3, 3}, generator).mul(0.05);
  return at::relu(at::conv2d(at::relu(at::conv2d(image, first, {}, 2, 2)), second, {}, 2, 1));
}

void run(const char* frame_path, const char* descriptor) {
  frame f = read_ppm(frame_path);
  const at::Tensor image =
      at::from_blob(f.pixels.data(), {1, 3, f.height, f.width}).contiguous(at::MemoryFormat::ChannelsLast);

  const stopwatch network;
  const at::Tensor conv = layer(image);
  const double network_ms = network.milliseconds();

  const stopwatch pooling;
  const auto maps = cnnpool::as_view(conv).as<float>();  // no copy, channels last or not
  const cnnpool::descriptors<float> d = cnnpool::pool(maps, cnnpool::rmac{});
  const double pooling_ms = pooling.milliseconds();

  report("the second layer", maps.extents(), network_ms, pooling_ms, d, descriptor);
}

int main(int argc, char** argv) { return frame_main(argc, argv, "FRAME.ppm DESCRIPTOR.npy", run); }
