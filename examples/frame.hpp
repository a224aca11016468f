// What the examples with networks share: a camera frame from a PPM file, a clock, a stored descriptor to compare to,
// main.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/io/npy.hpp>
#include <cnnpool/io/npy_write.hpp>

#include "standard_output.hpp"

struct frame {
  std::int64_t width = 0, height = 0;
  std::vector<float> pixels;  // 1 x 3 x height x width, scaled as torchvision's models were trained
};

/// A binary PPM picture (P6) of 8 bits.
inline frame read_ppm(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::string magic;
  frame f;
  int most = 0;
  in >> magic >> f.width >> f.height >> most;
  in.get();
  if (!in || magic != "P6" || most != 255 || f.width < 1 || f.height < 1 || f.width > 8192 || f.height > 8192)
    cnnpool::raise(path, ": is not a binary PPM picture of 8 bits and at most 8192 x 8192");
  const std::size_t plane = static_cast<std::size_t>(f.width * f.height);
  std::vector<unsigned char> bytes(3 * plane);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!in) cnnpool::raise(path, ": ends inside its pixels");
  constexpr float mean[] = {0.485f, 0.456f, 0.406f}, deviation[] = {0.229f, 0.224f, 0.225f};
  f.pixels.reserve(bytes.size());
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < plane; ++i)
      f.pixels.push_back((static_cast<float>(bytes[3 * i + c]) / 255 - mean[c]) / deviation[c]);
  return f;
}

class stopwatch {
 public:
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Prints the cosine of a unit descriptor to the one in the file, or writes the file where there is none.
inline void compare_or_store(const cnnpool::descriptors<float>& d, const std::string& path) {
  if (!std::ifstream(path)) {
    cnnpool::write_npy(path, d);
    std::printf("stored in %s\n", path.c_str());
    return;
  }
  const cnnpool::npy_array stored = cnnpool::read_npy(path);
  const cnnpool::feature_view<float> s = stored.view().as<float>();
  if (s.extents() != cnnpool::shape{1, d.cols(), 1, 1})
    cnnpool::raise(path, ": holds ", cnnpool::to_string(s.extents()), ", the descriptor has ", d.cols(), " components");
  const auto ours = d.values();
  std::printf("cosine to %s: %.6f\n", path.c_str(), std::inner_product(ours.begin(), ours.end(), s.data(), 0.0));
}

/// What happened: how long it took, and how close the descriptor is to the stored one.
inline void report(const char* layer, const cnnpool::shape& maps, double network_ms, double pooling_ms,
                   const cnnpool::descriptors<float>& d, const char* stored) {
  std::printf("%s %s: network %.2f ms, pooling %.3f ms, %td components\n", layer, cnnpool::to_string(maps).c_str(),
              network_ms, pooling_ms, d.cols());
  compare_or_store(d, stored);
}

/// run(a string per argument); what it throws is one line.
template <class... Strings>
int frame_main(int argc, char** argv, const char* usage, void (*run)(Strings...)) {
  if (argc != 1 + static_cast<int>(sizeof...(Strings))) {
    std::fprintf(stderr, "usage: %s %s\n", argv[0], usage);
    return 2;
  }
  try {
    [&]<std::size_t... I>(std::index_sequence<I...>) { run(argv[I + 1]...); }(std::index_sequence_for<Strings...>{});
    return printed();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
