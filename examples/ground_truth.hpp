// examples/data as the examples read it: which references show the place of each query, and the two files of maps.
#pragma once

#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <cnnpool/io/npy.hpp>
#include <cnnpool/evaluate/measures.hpp>

/// Lines `query: reference reference ...`, queries in order from 0; lines that start with # are comments.
inline std::vector<cnnpool::relevance<>> read_ground_truth(const std::string& path) {
  std::ifstream file(path);
  if (!file) cnnpool::raise("read_ground_truth: ", path, " cannot be opened");
  std::vector<cnnpool::relevance<>> truths;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream text(line);
    std::size_t query = 0;
    char colon = 0;
    if (!(text >> query >> colon) || colon != ':' || query != truths.size())
      cnnpool::raise("read_ground_truth: ", path, ": line \"", line, "\", expected \"", truths.size(), ": ...\"");
    truths.emplace_back();
    for (cnnpool::index_t reference = 0; text >> reference;) truths.back().positives.push_back(reference);
    if (!text.eof()) cnnpool::raise("read_ground_truth: ", path, ": line \"", line, "\", expected numbers");
  }
  return truths;
}

/// The stored bytes of `file` as activations: real value = 1.5 * stored value (examples/data/README.md).
inline cnnpool::feature_view<std::uint8_t> demo_view(const cnnpool::npy_array& maps, const std::string& file) {
  if (maps.type() != cnnpool::scalar_type::uint8 || maps.shape().size() != 4)
    cnnpool::raise("demo_view: ", file, " is ", cnnpool::to_string(maps.type()), " with ", maps.shape().size(),
                   " axes, expected uint8 with 4");
  const auto& s = maps.shape();
  return {static_cast<const std::uint8_t*>(maps.data()), {s[0], s[1], s[2], s[3]}, cnnpool::nchw, {.scale = 1.5f}};
}
