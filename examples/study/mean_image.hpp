// What is subtracted from the pixels of a photo: one number per channel, or one per pixel (a mean image), from a .npy
// file of H x W x 3 or 3 x H x W numbers, or of 3, in the order of the network's channels; a 1 in front changes nothing
// (1 x 3 x H x W is what cnnpool-dataset writes). Or Caffe's mean image, a .binaryproto.
#pragma once

#include <string>
#include <vector>

#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include <cnnpool/core/error.hpp>
#include <cnnpool/io/npy.hpp>

#include "photo.hpp"

/// Means between 0 and 1 belong to pixels from 0 to 1: subtracted from 0 to 255 they would do nothing, silently. means
/// begins the sentence.
template <class... What>
void check_pixel_means(double least, double most, const What&... means) {
  if (least > 0 && most < 1)
    cnnpool::raise(means..., ", expected those of pixels from 0 to 255 (255 times as much; --preprocess torchvision?)");
}

namespace mean_images {

/// A message of this tag and these bytes inside another one.
inline std::string field(const std::string& tag, const std::string& bytes) {
  std::string out = tag;
  std::size_t size = bytes.size();
  for (; size > 127; size /= 128) out += static_cast<char>(size % 128 + 128);
  return out + static_cast<char>(size) + bytes;
}

/// A binaryproto is the message that a .caffemodel holds of a layer's numbers. So OpenCV reads it, as the numbers of a
/// network of one layer that is put around it here.
inline cv::Mat read_binaryproto(const std::string& path, const std::vector<unsigned char>& bytes) {
  const std::string plan =
      "input: \"x\" input_dim: 1 input_dim: 3 input_dim: 1 input_dim: 1 "
      "layer { name: \"mean\" type: \"Scale\" bottom: \"x\" top: \"mean\" }";
  const std::string blob(bytes.begin(), bytes.end());
  const std::string layer = field("\x0a", "mean") + field("\x12", "Scale") + field("\x3a", blob);
  const std::string model = field("\xa2\x06", layer);
  cv::Mat mean;
  try {
    cv::dnn::Net net = cv::dnn::readNetFromCaffe(std::vector<uchar>(plan.begin(), plan.end()),
                                                 std::vector<uchar>(model.begin(), model.end()));
    mean = net.getParam(net.getLayerId("mean"), 0);
  } catch (const cv::Exception&) {
    mean.release();
  }
  if (mean.dims != 4 || mean.type() != CV_32F || mean.size[0] != 1 || mean.size[1] != 3 || mean.total() == 0)
    cnnpool::raise("--mean-image: ", path, " is neither a .npy file nor a mean image of Caffe with 3 channels");
  cv::Mat planes[3], out;
  for (int c = 0; c < 3; ++c) planes[c] = cv::Mat(mean.size[2], mean.size[3], CV_32F, mean.ptr<float>(0, c));
  cv::merge(planes, 3, out);
  return out;
}

inline cv::Mat read_npy_mean(const std::string& path) {
  const cnnpool::npy_array file = cnnpool::read_npy(path);
  const bool batch = file.shape().size() % 2 == 0 && !file.shape().empty() && file.shape()[0] == 1;
  const std::vector<cnnpool::index_t> shape(file.shape().begin() + (batch ? 1 : 0), file.shape().end());
  const bool last = shape.size() == 3 && shape[2] == 3, first = shape.size() == 3 && shape[0] == 3 && !last;
  const bool alone = shape.size() == 1 && shape[0] == 3;
  if (!last && !first && !alone)
    cnnpool::raise("--mean-image: ", path, " is ", cnnpool::detail::text_of(file.shape()),
                   ", expected H x W x 3, 3 x H x W, or 3");
  for (const cnnpool::index_t extent : shape)
    if (extent < 1 || extent > 16384) cnnpool::raise("--mean-image: ", path, " has an extent of ", extent);
  cv::Mat out;
  const std::string axes = std::string(batch ? "n" : "") + (last ? "hwc" : first ? "chw" : "c");
  visit(file.view({.axes = axes.c_str()}),
        [&]<class T>(const cnnpool::feature_view<T>& x) {
          if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
            const cnnpool::shape& e = x.extents();
            out.create(static_cast<int>(e.h), static_cast<int>(e.w), CV_32FC3);
            for (cnnpool::index_t i = 0; i < e.h; ++i)
              for (cnnpool::index_t j = 0; j < e.w; ++j)
                for (cnnpool::index_t c = 0; c < 3; ++c)
                  out.at<cv::Vec3f>(static_cast<int>(i), static_cast<int>(j))[static_cast<int>(c)] =
                      static_cast<float>(x(0, c, i, j));
          }
        });
  if (out.empty())
    cnnpool::raise("--mean-image: ", path, " holds ", cnnpool::to_string(file.type()), ", expected float32 or float64");
  return out;
}

}  // namespace mean_images

/// CV_32FC3; a mean per channel is one pixel, which resizes to every size.
inline cv::Mat read_mean_image(const std::string& path) {
  const std::vector<unsigned char> bytes = bytes_of(path);
  const bool npy = bytes.empty() || bytes[0] == 0x93;
  const cv::Mat mean = npy ? mean_images::read_npy_mean(path) : mean_images::read_binaryproto(path, bytes);
  if (!cv::checkRange(mean)) cnnpool::raise("--mean-image: ", path, " holds numbers that are not finite");
  double least = 0, most = 0;
  cv::minMaxLoc(mean.reshape(1), &least, &most);
  check_pixel_means(least, most, "--mean-image: ", path, " holds means from ", least, " to ", most);
  return mean;
}

/// The mean image at the size of the pixels that it is subtracted from.
class resized_mean {
 public:
  resized_mean() = default;
  explicit resized_mean(cv::Mat mean) : mean_(std::move(mean)) {}

  bool empty() const { return mean_.empty(); }
  const cv::Mat& at(cv::Size size) {
    if (resized_.size() != size) cv::resize(mean_, resized_, size, 0, 0, cv::INTER_LINEAR);
    return resized_;
  }

 private:
  cv::Mat mean_, resized_;
};
