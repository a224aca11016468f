// The tokens of a vision transformer, run by ONNX Runtime, as two descriptors: the class token beside GeM of the
// patches, and AnyLoc, VLAD of a layer's values, whose vocabulary is fitted to a stream of pictures.
//
//   onnxruntime_tokens MODEL.onnx
//
// MODEL.onnx: image -> last_hidden_state and qkv of a block, with 4 registers and 4 x 4 patches of 14 x 14 pixels. The
// one of tests/examples/vit_network.py has random weights: what is printed says how things fit together, and nothing
// about how good they are.
#include <onnxruntime_cxx_api.h>

#include <algorithm>

#include <cnnpool/adapters/onnxruntime.hpp>
#include <cnnpool/cnnpool.hpp>
#include <cnnpool/fit.hpp>
#include <cnnpool/search/nearest.hpp>

#include "frame.hpp"
#include "random_source.hpp"

using namespace cnnpool;

constexpr index_t side = 56;
constexpr token_layout vit_tokens{.registers = 4, .h = 4, .w = 4};
constexpr token_layout vit_values{.registers = 4, .h = 4, .w = 4, .facet = facet::value};

/// A picture of a place, 3 x side x side: random colours, 8 pixels apart, and what lies between them. A later visit
/// sees it 2 pixels further right, and with noise.
void add_picture(std::uint64_t place, std::uint64_t visit, std::vector<float>& pixels) {
  constexpr index_t cell = 8, points = side / cell + 2;  // one more for what the shift lets in
  random_source colours(1, {place}), noise(2, {place, visit});
  std::vector<double> grid(std::size_t{3 * points * points});
  for (double& colour : grid) colour = colours.between(-2, 2);
  for (index_t c = 0; c < 3; ++c)
    for (index_t i = 0; i < side; ++i)
      for (index_t at = 0; at < side; ++at) {
        const index_t j = at + 2 * static_cast<index_t>(visit);
        const double down = static_cast<double>(i % cell) / cell, right = static_cast<double>(j % cell) / cell;
        const double* const near_by = grid.data() + (c * points + i / cell) * points + j / cell;
        const double above = near_by[0] + right * (near_by[1] - near_by[0]);
        const double below = near_by[points] + right * (near_by[points + 1] - near_by[points]);
        const double speck = visit == 0 ? 0 : noise.between(-0.1, 0.1);
        pixels.push_back(static_cast<float>(above + down * (below - above) + speck));
      }
}

class network {
 public:
  explicit network(const char* path) : session_(env_, path, Ort::SessionOptions()) {}
  /// last_hidden_state and qkv of these pictures.
  std::vector<Ort::Value> operator()(std::vector<float> pixels) {
    const char *const in[] = {"image"}, *const out[] = {"last_hidden_state", "qkv"};
    const std::int64_t dims[] = {static_cast<std::int64_t>(pixels.size()) / (3 * side * side), 3, side, side};
    const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const Ort::Value image = Ort::Value::CreateTensor<float>(memory, pixels.data(), pixels.size(), dims, 4);
    return session_.Run(Ort::RunOptions(), in, &image, 1, out, 2);
  }

 private:
  Ort::Env env_{ORT_LOGGING_LEVEL_ERROR, "cnnpool"};
  Ort::Session session_;
};

/// AnyLoc's vocabulary: k-means of the values of many pictures, each divided by its norm. However many pictures there
/// are, no more than the first rows and those of one picture are kept (the first ones are copied once, when k-means
/// starts).
codebook fit_vocabulary(network& vit, std::uint64_t pictures) {
  constexpr codebook_options options{.clusters = 8, .seed = 1, .first_rows = 512};
  std::vector<Ort::Value> out;  // one picture's, until the next is asked for
  std::uint64_t next = 0;
  index_t read = 0, longest = 0;
  const auto value_rows = [&] {
    if (next == pictures) return unit_rows(position_rows(feature_view<float>()));  // none: the end
    std::vector<float> pixels;
    add_picture(1000 + next++, 0, pixels);
    out = vit(std::move(pixels));
    const token_view<float> t(as_view(out[1], {.axes = "nwc"}).as<float>(), vit_values);
    const unit_rows rows(position_rows(t.patches()));
    read += rows.rows();
    longest = std::max(longest, rows.rows());
    return rows;
  };
  codebook words = fit_codebook(value_rows, options);
  const auto bytes = [&](index_t rows) { return rows * words.dimensions() * static_cast<index_t>(sizeof(float)); };
  std::printf("vocabulary: %td words of %td rows, %td bytes; kept at most %td of them, %td bytes\n", words.clusters(),
              read, bytes(read), options.first_rows + longest, bytes(options.first_rows + longest));
  return words;
}

/// How many second visits find their first.
void compare(const char* what, const descriptors<float>& first, const descriptors<float>& second) {
  const neighbours best = nearest(second, first, 1);
  index_t found = 0;
  double least = 1;
  for (std::size_t i = 0; i < second.size(); ++i) {
    const auto [id, cosine] = best[i][0];
    found += id == static_cast<index_t>(i) ? 1 : 0;
    least = std::min(least, cosine);
  }
  std::printf("%s: %td components, %td of %td places found again, cosines of at least %.2f\n", what, first.cols(),
              found, second.rows(), least);
}

void run(const char* model) {
  network vit(model);
  const codebook words = fit_vocabulary(vit, 100);

  std::vector<float> pixels[2];
  for (const std::uint64_t visit : {0u, 1u})
    for (std::uint64_t place = 0; place < 12; ++place) add_picture(place, visit, pixels[visit]);
  const std::vector<Ort::Value> first = vit(std::move(pixels[0])), second = vit(std::move(pixels[1]));

  const auto cls_gem = concat(cls{}, gem{.p = 4}) | l2{};
  descriptors<float> d = pool(as_tokens(first[0], vit_tokens), cls_gem);
  compare("class token and GeM", d, pool(as_tokens(second[0], vit_tokens), cls_gem));

  const auto of_values = anyloc(words);
  const auto v = pool(as_tokens(first[1], vit_values), of_values);
  compare("AnyLoc", v, pool(as_tokens(second[1], vit_values), of_values));

  // RTAB-Map takes a picture's descriptor as one row; its memory is shared, hence the clone:
  //   rtabmap::GlobalDescriptor(type, cv::Mat(1, cols, CV_32F, data).clone())
  const index_t cols = d.cols();
  float* const data = d.row(3).data();
  std::printf("RTAB-Map: 1 x %td floats, the first %.3f, the last %.3f\n", cols, static_cast<double>(data[0]),
              static_cast<double>(data[cols - 1]));

  // COLMAP takes a row-major Eigen matrix (colmap::FeatureDescriptorsFloatData), to which a map of our memory converts.
  using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const row_major> all(v.data(), v.rows(), v.cols());
  std::printf("COLMAP: %td x %td floats, the first %.3f, the last %.3f\n", all.rows(), all.cols(),
              static_cast<double>(all(0, 0)), static_cast<double>(all(all.rows() - 1, all.cols() - 1)));
}

int main(int argc, char** argv) { return frame_main(argc, argv, "MODEL.onnx", run); }

// prints:
// vocabulary: 8 words of 1600 rows, 204800 bytes; kept at most 528 of them, 67584 bytes
// class token and GeM: 64 components, 12 of 12 places found again, cosines of at least 0.96
// AnyLoc: 256 components, 12 of 12 places found again, cosines of at least 0.29
// RTAB-Map: 1 x 64 floats, the first 0.099, the last 0.160
// COLMAP: 12 x 256 floats, the first -0.045, the last 0.135
