// examples/data as the examples read it: the two files of maps. Which references show the place of each query is in
// ground_truth.txt, which cnnpool::read_matches reads.
#pragma once

#include <cstdint>
#include <string>

#include <cnnpool/evaluate/ground_truth.hpp>
#include <cnnpool/io/npy.hpp>

/// The stored bytes of `file` as activations: real value = 1.5 * stored value (examples/data/README.md).
inline cnnpool::feature_view<std::uint8_t> demo_view(const cnnpool::npy_array& maps, const std::string& file) {
  if (maps.type() != cnnpool::scalar_type::uint8 || maps.shape().size() != 4)
    cnnpool::raise("demo_view: ", file, " is ", cnnpool::to_string(maps.type()), " with ", maps.shape().size(),
                   " axes, expected uint8 with 4");
  return maps.view({.axes = "nchw", .quantized = {.scale = 1.5f}}).as<std::uint8_t>();  // in whichever order they lie
}
